"""How many tests of a repository a change mends and keeps, in words; and what tests are called for short."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from atlas_tui.events import RunFinished, Verdict
from atlas_tui.problem import Project
from atlas_tui.project.checks import checks

_BOUNDARY = re.compile(r".*(?:::|[/.])")
"""What can be left out of a name before another one begins: folders, files, classes."""


def check_number(name: str) -> int:
    """Of the check that ``RunFinished.check`` names, from 1; 0 where it is about something else."""
    kind, _, number = name.partition(" ")
    return int(number) if kind == "sample" and number.isdigit() else 0


def tally(project: Project, runs: Iterable[RunFinished]) -> str:
    """``mends 2 of 3 tests, keeps all 4``: what these runs of a change say; empty where there were none."""
    ends = {number: run.verdict for run in runs if (number := check_number(run.check))}
    return _counted(project, ends, {number for number, end in ends.items() if end is Verdict.OK})


def all_passed(project: Project) -> str:
    """The same where every check passed."""
    every = range(1, len(checks(project)) + 1)
    return _counted(project, every, every)


def _counted(project: Project, ran: Collection[int], passed: Collection[int]) -> str:
    found = tuple(enumerate(checks(project), 1))
    if not found or not ran:
        return ""
    required = found[:-1] if project.kept else found
    words = []
    if required:
        mended = sum(len(check.tests) for number, check in required if number in passed)
        # Of several tests that are one check it is known only whether all pass.
        unknown = any(
            len(check.tests) > 1 and number in ran and number not in passed for number, check in required
        )
        words.append(f"mends {'at least ' if unknown else ''}{mended:,} of {_tests(len(project.required))}")
    if project.kept and len(found) in ran:
        kept = f"keeps all {len(project.kept):,}" if len(project.kept) > 1 else "keeps the other one"
        if not required:
            kept = f"keeps {_tests(len(project.kept))}"
        words.append(kept if len(found) in passed else "breaks others" if required else "breaks tests")
    return ", ".join(words)


def _tests(number: int) -> str:
    return f"{number:,} test{'' if number == 1 else 's'}"


def short(names: Sequence[str]) -> dict[str, str]:
    """Each name without what all of them begin with, folders and files; of a single one its file stays."""
    if not names:
        return {}
    heads = [re.split(r"[\[ ]", name, maxsplit=1)[0] for name in names]
    if len(heads) == 1:
        begin = len(heads[0].rpartition("/")[0]) + 1 if "/" in heads[0] else 0
        return {names[0]: names[0][begin:]}
    low, high = min(heads), max(heads)
    same = next((n for n, pair in enumerate(zip(low, high, strict=False)) if len(set(pair)) > 1), len(low))
    found = _BOUNDARY.match(low[:same])
    begin = found.end() if found else 0
    return {name: name[begin:] for name in names}
