"""What the tests of a repository do before anything is changed: which must pass, which must go on passing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Project
from atlas_tui.project.base import Outcome, Report, TestCase, within
from atlas_tui.project.missing import missing, notes as missing_notes
from atlas_tui.project.report import shortened
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import Runner
from atlas_tui.project.testing import LIMITS, run_tests, unfinished
from atlas_tui.sandbox.base import Sandbox

_FAILURE = 3_000
"""Characters of what a test said that are kept."""
_SHOWN = 5
"""Names in a note."""
_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|getaddrinfo|Network is unreachable"
    r"|\bENETUNREACH\b|\bEAI_AGAIN\b|\bENOTFOUND\b|Could not resolve host|NewConnectionError|ConnectTimeout"
    r"|dial tcp|no such host|No address associated with hostname|failed to lookup address",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How the tests end when nothing is changed."""

    required: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    """Of ``required``, by id: what each said."""
    places: tuple[tuple[str, int], ...] = ()
    """Files and lines of the tracebacks of ``required``, innermost first."""
    notes: tuple[str, ...] = ()
    """What the person should know, a line each."""
    fault: str = ""
    """Why no test decides anything, in words; empty where one does."""
    reports: tuple[Report, ...] = ()
    """Of both runs; of one, where the second would have told nothing."""

    def applied(self, project: Project) -> Project:
        """``project`` with what was found out."""
        return replace(
            project, required=self.required, kept=self.kept, flaky=self.flaky, failures=self.failures
        )


async def baseline(
    sandbox: Sandbox,
    project: Project,
    named: Sequence[str] = (),
    *,
    limits: Limits = LIMITS,
    group: str = "",
) -> Baseline:
    """Run all tests of ``project`` twice, in the same order; once where their time is not enough.

    The test that ran when the time was over is then run alone: it may hang, or be the last in a long row.

    Args:
        named: tests, files, classes or folders that the person wants to pass; empty for all that fail.
    """
    first = await run_tests(sandbox, project, limits=limits, group=group)
    late = unfinished(first)
    if late:
        alone = await run_tests(sandbox, project, [late], limits=limits, group=group)
        cases = {**first.cases, late: alone.cases.get(late, first.cases[late])}
        return compared([replace(first, cases=cases)], project, named)
    if not first.cases or first.verdict is Verdict.TLE:
        return compared([first], project, named)
    last = await run_tests(sandbox, project, limits=limits, group=group)
    return compared([first, last], project, named)


def compared(reports: Sequence[Report], project: Project, named: Sequence[str] = ()) -> Baseline:
    """What one or two runs of the unchanged tests tell."""
    first, last = reports[0], reports[-1]
    if not first.cases:
        fault = first.fault or "the test command ran no test"
        told = (*_of_network_all(first), *_of_packages(first, project))
        return Baseline(fault=fault, notes=told, reports=tuple(reports))
    sorted_out = _Sorted(first.cases, last.cases, known.named(project.runner))
    required, notes = sorted_out.required(named)
    notes = [*_of_runs(reports, project), *notes, *sorted_out.notes()]
    failing = [first.cases[test] for test in required]
    places = dict.fromkeys(place for case in failing for place in reversed(case.places))
    return Baseline(
        required=required,
        kept=tuple(sorted_out.passing),
        flaky=tuple(sorted_out.flaky),
        failures=tuple((case.id, shortened(case.detail or case.message, _FAILURE)) for case in failing),
        places=tuple(places),
        notes=tuple(notes),
        reports=tuple(reports),
    )


def means(name: str, test: str, runner: Runner) -> bool:
    """Whether the person means ``test`` by ``name``: its file, too, where its id does not say that."""
    file = "" if "::" in test else runner.file_of(test)
    return within(test, name) or (bool(file) and f"/{name}".endswith(f"/{file}"))


class _Sorted:
    """Tests by how they ended in both runs."""

    def __init__(self, first: Mapping[str, TestCase], last: Mapping[str, TestCase], runner: Runner) -> None:
        self._runner = runner
        self.passing: list[str] = []
        self.flaky: list[str] = []
        self.failing: list[str] = []
        self.network: list[str] = []
        """Of those that fail: they look for one."""
        self._first = first
        for test in {**first, **last}:
            ends = {_end(cases.get(test)) for cases in (first, last)}
            if len(ends) > 1:
                self.flaky.append(test)
            elif ends == {Outcome.PASSED}:
                self.passing.append(test)
            elif ends == {Outcome.FAILED}:
                self.failing.append(test)
        self.network = [test for test in self.failing if _NETWORK.search(_words(first[test]))]

    def required(self, named: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
        """The tests that are to pass, and what is to be said of those that are named."""
        if not named:
            return tuple(test for test in self.failing if test not in self.network), self._of_all()
        notes = []
        for name in named:
            ends = {_end(case) for test, case in self._first.items() if means(name, test, self._runner)}
            if not ends:
                notes.append(f"{name} is none of the tests that were run: it decides nothing")
            elif ends == {Outcome.SKIPPED}:
                notes.append(f"{name} is skipped: it decides nothing")
            elif ends <= {Outcome.PASSED, Outcome.SKIPPED}:
                notes.append(f"{name} passes already, before anything is changed")
        found = [test for test in self.failing if any(means(name, test, self._runner) for name in named)]
        others = len(self.failing) - len(found)
        if others:
            notes.append(f"{_number(others, 'other test fails', 'other tests fail')} now, and need not pass")
        return tuple(found), notes

    def _of_all(self) -> list[str]:
        if self.failing or not self.passing:
            return []
        words = _number(len(self.passing), "test passes", "tests pass")
        return [f"{words} already: no test shows when the change is right; name or write one that fails now"]

    def notes(self) -> list[str]:
        """What is to be said of the rest."""
        found = []
        if self.flaky:
            words = _number(
                len(self.flaky),
                "test did not end alike twice and decides",
                "tests did not end alike twice and decide",
            )
            found.append(f"{words} nothing: {_some(self.flaky)}")
        if self.network:
            words = _number(len(self.network), "test looks", "tests look")
            found.append(
                f"{words} for a network, which the sandbox has not, and cannot pass: {_some(self.network)}"
            )
        return found


def _end(case: TestCase | None) -> Outcome | None:
    """How it ended, a failure and an error alike."""
    if case is None:
        return None
    return Outcome.FAILED if case.outcome is Outcome.ERROR else case.outcome


def _words(case: TestCase) -> str:
    return f"{case.message}\n{case.detail}"


def _of_runs(reports: Sequence[Report], project: Project) -> list[str]:
    found = list(dict.fromkeys(report.fault for report in reports if report.fault))
    if len(reports) == 1:
        found.append("the tests were run once only: which of them do not always end alike is not known")
    if reports[0].cases:
        unread = [case for case in reports[0].cases.values() if case.outcome is Outcome.ERROR]
        wanting = missing(unread, Path(project.base))
        found += missing_notes(wanting)
        told = set(chain.from_iterable(wanting.values()))
        own_id = known.named(project.runner).file_of
        files = [case.id for case in unread if own_id(case.id) == case.id and case.id not in told]
        if files:
            words = _number(len(files), "file", "files")
            found.append(f"the tests of {words} could not be read: {_some(files)}")
    caution = known.named(project.runner).caution
    return [*found, caution] if caution else found


def _of_network_all(report: Report) -> tuple[str, ...]:
    if _NETWORK.search(report.printed):
        return (
            "the test command looks for a network, which the sandbox has not; install what it needs before",
        )
    return ()


def _of_packages(report: Report, project: Project) -> list[str]:
    """What no test could be read without, as a ``conftest.py`` that asks for it."""
    whole = TestCase(id="the tests", outcome=Outcome.ERROR, message=report.printed)
    return missing_notes(missing([whole], Path(project.base)))


def _number(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
