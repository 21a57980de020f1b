"""Evidence about changes: the tests that decide, and those the model wrote, on a private copy each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from atlas_tui.events import Event, Gave, RunFinished, TestsRun, Verdict, WrittenTest
from atlas_tui.problem import Problem, Project
from atlas_tui.project.base import Check, FileChange, Outcome, Report, TestCase, within
from atlas_tui.project.checks import checks
from atlas_tui.project.testing import run_tests
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.replies import changes_of
from atlas_tui.solver.change.test_files import files_of, unbuilt
from atlas_tui.solver.change.test_places import Place, place_of, running
from atlas_tui.solver.kit import Kit

_ALONE = "passes alone, not together with the others"
_NAMED = 12
"""Most tests that are named where several fail together."""
_FIRST = Verdict.IE, Verdict.SV, Verdict.TLE, Verdict.MLE, Verdict.OLE
"""Ends of a whole run that also say why single tests are missing."""

_BUILDS = 5
"""How often written tests are built at most, each time without those that kept the others from it."""


async def run_checks(kit: Kit, problem: Problem, attempts: Sequence[Attempt]) -> AsyncIterator[RunFinished]:
    """Every check of the project on these usable attempts, as they end: the required tests alone, then the
    whole command.

    Where no required test passes, the rest is not run: it would say nothing that helps to choose.
    """
    work = [asyncio.ensure_future(judged(kit.sandbox, problem, attempt)) for attempt in attempts]
    try:
        for done in asyncio.as_completed(work):
            for run in await done:
                yield run
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def judged(sandbox: Sandbox, problem: Problem, attempt: Attempt) -> list[RunFinished]:
    """The same of one of them."""
    project, changes = project_of(problem), changes_of(attempt.ready.files)
    numbered = list(enumerate(checks(project), 1))
    required = [(number, check) for number, check in numbered if not is_kept(project, check)]
    wanted = [test for _, check in required for test in check.tests]
    runs = []
    if wanted:
        report = await _tests(sandbox, problem, wanted, changes, attempt.label)
        runs = [finished(attempt, number, check, report) for number, check in required]
        if not any(run.verdict is Verdict.OK for run in runs):
            return runs
    rest = [(number, check) for number, check in numbered if is_kept(project, check)]
    if rest:
        report = await _tests(sandbox, problem, (), changes, attempt.label)
        runs = [
            _together(attempt, run, check, report) for run, (_, check) in zip(runs, required, strict=False)
        ]
        runs += [finished(attempt, number, check, report) for number, check in rest]
    return runs


def _together(attempt: Attempt, alone: RunFinished, check: Check, whole: Report) -> RunFinished:
    """A required test that passes alone and fails among the others does not pass: that is how the person
    runs it."""
    if alone.verdict is not Verdict.OK or not any(_of(whole, test) for test in check.tests):
        return alone
    run = finished(attempt, int(alone.check.rpartition(" ")[2]), check, whole)
    return replace(run, printed=_ALONE) if len(check.tests) == 1 else run


async def _tests(
    sandbox: Sandbox, problem: Problem, tests: Sequence[str], changes: Sequence[FileChange], label: str
) -> Report:
    return await run_tests(
        sandbox, project_of(problem), tests, changes, limits=problem.limits, group=f"change {label}"
    )


def project_of(problem: Problem) -> Project:
    """Raises ValueError: the problem is no change of a repository."""
    if problem.project is None:
        raise ValueError("the problem is no change of a repository")
    return problem.project


def is_kept(project: Project, check: Check) -> bool:
    """Whether the check is about tests that passed before."""
    return bool(check.tests) and check.tests[0] in project.kept


def finished(attempt: Attempt, number: int, check: Check, report: Report) -> RunFinished:
    """What a run of the tests says of one check. A test that is missing from its report is not passed."""
    failed = [test for test in check.tests if not report.passed(test)]
    told = next(((test, cases[0]) for test in failed if (cases := _of(report, test))), None)
    first = told[1] if told else None
    if told:  # comes first: what is said is of it
        failed = [told[0], *(test for test in failed if test != told[0])]
    return RunFinished(
        candidate=attempt.label,
        round=attempt.ready.round,
        check=f"sample {number}",
        verdict=_verdict(failed, first, report),
        facts=report.facts,
        printed=_printed(check, failed),
        stderr=_said(first, report) if failed else "",
        places=first.places if first else (),
    )


def _of(report: Report, test: str) -> list[TestCase]:
    """What did not pass of a test, or of a group of tests."""
    cases = (case for name, case in report.cases.items() if within(name, test))
    return [case for case in cases if case.outcome in (Outcome.FAILED, Outcome.ERROR)]


def _verdict(failed: Sequence[str], first: TestCase | None, report: Report) -> Verdict:
    if not failed:
        return Verdict.OK
    if report.verdict in _FIRST and first is None:
        return report.verdict
    return Verdict.WA if first is not None and first.outcome is Outcome.FAILED else Verdict.RE


def _printed(check: Check, failed: Sequence[str]) -> str:
    if len(check.tests) == 1:
        return "does not pass" if failed else "passes"
    if not failed:
        return f"all {len(check.tests):,} pass"
    more = [f"… and {len(failed) - _NAMED:,} more"] if len(failed) > _NAMED else []
    head = f"{len(failed):,} of {len(check.tests):,} do not pass:"
    return "\n".join([head, *failed[:_NAMED], *more])


def _said(first: TestCase | None, report: Report) -> str:
    if first is None:
        return report.fault or "it was not run"
    return first.detail or first.message or f"{first.outcome}"


async def run_written(
    kit: Kit, problem: Problem, attempts: Sequence[Attempt], tests: Sequence[WrittenTest]
) -> AsyncIterator[Event]:
    """Every usable attempt on the tests that the model wrote; a ``TestsRun`` for each attempt."""
    project = project_of(problem)
    place = place_of(project)
    if not tests or place is None:
        return
    numbered = dict(enumerate(tests, 1))
    ids = [place.id_of(number, test.expected) for number, test in numbered.items()]
    for attempt in attempts:
        if attempt.usable:
            report = await _with_written(kit.sandbox, problem, attempt, place, numbered)
            yield TestsRun(
                candidate=attempt.label,
                round=attempt.ready.round,
                passed=tuple(at for at, test in enumerate(ids) if report.passed(test)),
                tests=len(tests),
                gave=tuple(_gave(attempt, test, report) for test in ids),
            )


async def _with_written(
    sandbox: Sandbox, problem: Problem, attempt: Attempt, place: Place, tests: Mapping[int, WrittenTest]
) -> Report:
    """The written tests on an attempt, without those for which the others could not be built."""
    left, changes = dict(tests), changes_of(attempt.ready.files)
    for _ in range(_BUILDS):
        aimed = replace(problem, project=running(project_of(problem), place, list(left)))
        ids = [place.id_of(number, test.expected) for number, test in left.items()]
        added = files_of(place, left)
        report = await _tests(sandbox, aimed, ids, (*changes, *added), attempt.label)
        broken = unbuilt(place, report, left)
        left = {number: test for number, test in left.items() if number not in broken}
        if not broken or not left:
            break
    return report


def _gave(attempt: Attempt, test: str, report: Report) -> Gave:
    run = finished(attempt, 0, Check(test, "", (test,)), report)
    return Gave(
        candidate=attempt.label,
        round=attempt.ready.round,
        verdict=run.verdict,
        facts=run.facts,
        printed=run.printed,
        stderr=run.stderr,
    )
