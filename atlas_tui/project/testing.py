"""Runs the tests of a repository in the sandbox, on a private copy."""

from __future__ import annotations

import asyncio
import shlex
import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Project
from atlas_tui.project.base import FileChange, Outcome, Report, TestCase
from atlas_tui.project.places import Placing
from atlas_tui.project.report import by_id, case, shortened, step_case
from atlas_tui.project.runners import known
from atlas_tui.project.runners.orders import PRINTED_BYTES, REPORT_BYTES, Reading, Told, told
from atlas_tui.project.runners.words import complaint
from atlas_tui.sandbox.base import Job, Policy, Ran, Sandbox
from atlas_tui.sandbox.boxes import SCRATCH

LIMITS = Limits(cpu_seconds=120.0, wall_seconds=180.0, memory_bytes=2 << 30)
"""For the tests of a repository, where the person says nothing else."""
_OUT_OF_TIME = "did not end within the time of the run"
_TO_TELL = 2.0
"""Seconds that the controller keeps of the wall time, to tell what it has."""
_CPU_SPENT = (-signal.SIGXCPU, 128 + signal.SIGXCPU)
"""Exit codes of a command, or of a shell around it, that the kernel ended for its CPU time."""
_OPTIONS = frozenset({"PYTEST_ADDOPTS"})
_ENVIRONMENT = {"TMPDIR": SCRATCH, "PYTHONDONTWRITEBYTECODE": "1"}


async def run_tests(
    sandbox: Sandbox,
    project: Project,
    tests: Sequence[str] = (),
    changes: Sequence[FileChange] = (),
    *,
    limits: Limits = LIMITS,
    group: str = "",
) -> Report:
    """These tests (empty: all that the command names) on a private copy of ``project.base`` with ``changes``.

    A test may also be a file, a class or a package: all of it. More may be run than is asked for, where its
    tool cannot select single tests. Never raises for what the tests do; what was not run has a ``fault``.

    Raises:
        KeyError: ``project.runner`` is none of ``runners.known``.
    """
    steps = known.steps(project.command)
    named = {shlex.join(step) for step in (*steps.before, *steps.after)}
    order = known.named(project.runner).order(steps.main, [test for test in tests if test not in named])
    after = (step for step in steps.after if not tests or shlex.join(step) in tests)
    variables = _together(order.environment, dict(project.assigned))
    order = replace(order, before=steps.before, after=tuple(after), environment=variables)
    own = limits.wall_seconds - _TO_TELL
    job = Job(
        source=(resources.files("atlas_tui.project.runners.inside") / "controller.py").read_text("utf-8"),
        stdin=order.message(max(own, limits.wall_seconds / 2)),
        policy=Policy.PROJECT,
        tree=project.base,
        files=tuple((change.path, change.content) for change in changes),
        shown=project.shown,
        environment=tuple({**_ENVIRONMENT, **dict(project.environment)}.items()),
        limits=replace(limits, output_bytes=2 * REPORT_BYTES),
        group=group,
    )
    ran = await sandbox.run(job)
    return await asyncio.to_thread(_report, ran, project, changes, limits)


def _together(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Our variables; what the person has set before the command stands, with our plugin of pytest."""
    options = {name: f"{theirs[name]} {ours[name]}" for name in _OPTIONS & ours.keys() & theirs.keys()}
    return {**ours, **{name: value for name, value in theirs.items() if name in ours}, **options}


def unfinished(report: Report) -> str:
    """The id of the test that ran when the time of the run was over; empty where there is none."""
    found = [test for test, case in report.cases.items() if case.message == _OUT_OF_TIME]
    return found[-1] if found and report.verdict is Verdict.TLE else ""


def _report(ran: Ran, project: Project, changes: Sequence[FileChange], limits: Limits) -> Report:
    found = told(ran.stdout)
    reading = known.named(project.runner).read(found, known.steps(project.command).main)
    cases = by_id((*reading.cases, *map(step_case, found.steps)))
    there = Placing(project.base, changes)
    cases = {test: there.placed(one) for test, one in cases.items()}
    verdict = ran.verdict
    if verdict is Verdict.OK and (found.why == "time" or found.code in _CPU_SPENT):
        verdict = Verdict.TLE
    if reading.running and reading.running not in cases:
        cases[reading.running] = _unfinished(reading.running, verdict, limits)
    fault = _fault(ran, found, reading, project, limits)
    return Report(
        cases=cases,
        whole=reading.whole and found.ended and not found.cut and verdict is Verdict.OK,
        fault=fault,
        verdict=verdict,
        facts=ran.facts,
        printed=shortened(found.printed or ran.stderr.decode("utf-8", "replace"), PRINTED_BYTES),
    )


def _unfinished(test: str, verdict: Verdict, limits: Limits) -> TestCase:
    why = {
        Verdict.TLE: _OUT_OF_TIME,
        Verdict.MLE: f"needed more than {limits.memory_bytes >> 20:,} MB of memory",
    }.get(verdict, "ended the program that runs the tests")
    return case(test, Outcome.ERROR, message=why)


def _fault(ran: Ran, found: Told, reading: Reading, project: Project, limits: Limits) -> str:
    """Why nothing, or not all, was run; empty where all was."""
    where = f" while {reading.running} ran" if reading.running else ""
    if found.why == "missing":
        return f"{found.program} is not there for the tests; install it in the environment of this project"
    if found.why == "before":
        last = complaint(found.steps[-1][2])[:300]
        ending = _ending(found.code) + (f": {last}" if last else "")
        return f"no test was run, because what comes before them failed: {found.program} ({ending})"
    if found.why == "time" or found.code in _CPU_SPENT or ran.verdict is Verdict.TLE:
        took = _time(ran, found, limits)
        return f"the tests did not end within their time ({took}){where}; raise the limit or run fewer"
    if ran.verdict is Verdict.MLE:
        return f"the tests needed more than {limits.memory_bytes >> 20:,} MB of memory{where}"
    if ran.verdict is not Verdict.OK:
        why = "; ".join(ran.facts.notes) or ran.stderr.decode("utf-8", "replace").strip()[-300:]
        return f"the tests could not be run ({ran.verdict}): {' '.join(why.split()) or 'no reason known'}"
    if not found.ended:
        return "the run of the tests was killed from inside before it told its end"
    return reading.fault or _not_all(found, reading, project.command_line, where)


def _not_all(found: Told, reading: Reading, command: str, where: str) -> str:
    if found.cut:
        return "the report of the tests was too large and is cut"
    if reading.whole:
        return ""
    if reading.cases or where:
        return f"not all tests were run: {command} ended early ({_ending(found.code)}){where}"
    last = complaint(found.printed)[:300]
    return f"{command} told no results ({_ending(found.code)}){': ' + last if last else ''}"


def _time(ran: Ran, found: Told, limits: Limits) -> str:
    of_cpu = ran.facts.limit == "cpu" or found.code in _CPU_SPENT
    return f"{limits.cpu_seconds:g} s of CPU" if of_cpu else f"{limits.wall_seconds:g} s"


def _ending(code: int | None) -> str:
    if code is None:
        return "it did not end by itself"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
