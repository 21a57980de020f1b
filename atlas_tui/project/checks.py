"""What candidates are judged on, out of the tests that are required and those that are kept."""

from __future__ import annotations

from atlas_tui.problem import Project, Sample
from atlas_tui.project.base import Check
from atlas_tui.project.runners import known

SINGLE = 24
"""Most required tests that are checks of their own; of more, those of a file are one, and of more files than
that the last ones are one together."""


def checks(project: Project) -> tuple[Check, ...]:
    """The required tests, then all that are kept as one; always the same for the same project."""
    found = [Check(test, "passes", (test,)) for test in project.required]
    if len(found) > SINGLE:
        groups = _by_file(project)
        rest = tuple(test for _, tests in groups[SINGLE:] for test in tests)
        groups = [*groups[:SINGLE], *([("further files", rest)] if rest else [])]
        found = [
            Check(f"{name} ({len(tests):,} test{'s'[: len(tests) > 1]})", "all pass", tests)
            for name, tests in groups
        ]
    if project.kept:
        number = len(project.kept)
        title = "the test that passes already" if number == 1 else f"the {number:,} tests that pass already"
        found.append(Check(title, "still passes" if number == 1 else "all still pass", project.kept))
    return tuple(found)


def samples(project: Project) -> tuple[Sample, ...]:
    """The checks as samples of the problem, in the same order."""
    return tuple(Sample(given=check.title, expected=check.expected) for check in checks(project))


def _by_file(project: Project) -> list[tuple[str, tuple[str, ...]]]:
    runner, files = known.named(project.runner), dict[str, list[str]]()
    for test in project.required:
        files.setdefault(runner.file_of(test) or test, []).append(test)
    return [(file, tuple(found)) for file, found in files.items()]
