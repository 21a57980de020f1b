"""The words of this room: changed files, outcomes of tests, reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from atlas_tui.events import Facts, Verdict


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file as a candidate would have it."""

    path: str
    """Relative to the root, with ``/``."""
    content: bytes | None
    """None removes it."""


class Outcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """It could not be run: a fixture, an import or its collection failed."""
    SKIPPED = "skipped"
    """Also what was expected to fail and did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One test of a report."""

    __test__ = False

    id: str
    """As its runner names it, such as ``tests/test_x.py::test_y[3]``; stable from run to run."""
    outcome: Outcome
    seconds: float = 0.0
    message: str = ""
    """One line: the last of the error."""
    detail: str = ""
    """The traceback or what the runner shows of the failure, shortened."""
    places: tuple[tuple[str, int], ...] = ()
    """File and line (from 1) of each step of the traceback that lies in the repository, innermost last."""


_SIGNS = ("::", ".", "[", " > ", "/")
"""What stands between a group of tests and the rest of an id."""


def within(test: str, group: str) -> bool:
    """Whether the id ``test`` is ``group`` or lies in it: a file, class, package, folder, or a test with all
    its parameters."""
    if test == group:
        return True
    rest = test.removeprefix(group.rstrip("/"))
    return rest != test and rest.startswith(_SIGNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run of a test command told, out of the machine-readable report alone."""

    cases: Mapping[str, TestCase] = field(default_factory=dict)
    """By id, in the order of the run."""
    whole: bool = False
    """The runner told its end: without it tests that are missing were not run."""
    fault: str = ""
    """Why nothing, or not all, was run, in words for the person; empty where all was."""
    verdict: Verdict = Verdict.OK
    """Of the command as a whole: TLE, MLE, OLE, SV, IE say that it did not end by itself."""
    facts: Facts = field(default_factory=Facts)
    printed: str = ""
    """What the command printed, shortened: shown to the person, never believed."""

    def passed(self, test: str) -> bool:
        """Whether that test was run and passed.

        A file, a class or a package, such as one that could not be collected before, passes if the run was
        whole and all of its tests that were not skipped passed, at least one.
        """
        case = self.cases.get(test)
        if case is not None:
            return case.outcome is Outcome.PASSED
        found = {one.outcome for name, one in self.cases.items() if within(name, test)}
        return self.whole and Outcome.PASSED in found and found <= {Outcome.PASSED, Outcome.SKIPPED}


@dataclass(frozen=True, slots=True)
class Check:
    """What a candidate is judged on as one: a required test, those of a file, or all that are kept."""

    title: str
    """For ``Sample.given``."""
    expected: str
    """For ``Sample.expected``."""
    tests: tuple[str, ...]
