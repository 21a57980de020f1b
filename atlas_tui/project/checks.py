"""What candidates are judged on, out of the tests that are required and those that are kept."""

from __future__ import annotations

from collections.abc import Iterable

from atlas_tui.problem import Project, Sample
from atlas_tui.project.base import Check

SINGLE = 24
"""Most required tests that are checks of their own; of more, those of a file are one."""


def checks(project: Project) -> tuple[Check, ...]:
    """The required tests, then all that are kept as one; always the same for the same project."""
    found = [Check(test, "passes", (test,)) for test in project.required]
    if len(found) > SINGLE:
        found = [
            Check(f"{file} ({len(tests):,} test{'s'[: len(tests) > 1]})", "all pass", tests)
            for file, tests in _by_file(project.required)
        ]
    if project.kept:
        number = len(project.kept)
        title = "the test that passes already" if number == 1 else f"the {number:,} tests that pass already"
        found.append(Check(title, "still passes" if number == 1 else "all still pass", project.kept))
    return tuple(found)


def samples(project: Project) -> tuple[Sample, ...]:
    """The checks as samples of the problem, in the same order."""
    return tuple(Sample(given=check.title, expected=check.expected) for check in checks(project))


def _by_file(tests: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    files: dict[str, list[str]] = {}
    for test in tests:
        files.setdefault(test.partition("::")[0], []).append(test)
    return [(file, tuple(found)) for file, found in files.items()]
