"""Evidence: candidates run on the samples, and compared on inputs whose answers nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    Event,
    Facts,
    Gave,
    RunFinished,
    TestsRun,
    TriedInput,
    Verdict,
    WrittenTest,
)
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Job, Ran
from atlas_tui.solver.agreement import Agreement, Classes, Output, classify, compare
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change import evidence as change
from atlas_tui.solver.kit import Kit

SHOWN = 4000
"""Most characters of an output kept in an event."""
TOLD = 600
"""The same where an event holds the outputs of many runs."""
MOST_TOLD = 16
"""Inputs and tests of which an event holds the outputs: more would not be read, and it is stored."""


def job(problem: Problem, code: str, given: str, candidate: str = "") -> Job:
    """The sandbox job that runs ``code`` on one input; candidates take turns."""
    limits, entry_point = problem.limits, problem.entry_point
    if problem.mode is Mode.FUNCTION:
        return Job(source=code, entry_point=entry_point, arguments=given, limits=limits, group=candidate)
    return Job(source=code, stdin=given.encode(), limits=limits, group=candidate)


async def run_samples(kit: Kit, problem: Problem, attempts: Sequence[Attempt]) -> AsyncIterator[Event]:
    """Every attempt on every sample; one ``RunFinished`` each, as they end.

    An attempt without a usable program is not run: each of its samples is a CE.
    """
    usable = [attempt for attempt in attempts if attempt.usable]
    pending = []
    for number, sample in enumerate(problem.samples, 1):
        check = f"sample {number}"
        for attempt in attempts:
            if not attempt.usable:
                yield _unusable(attempt, check)
            elif problem.project is None:
                pending.append(_run_sample(kit, problem, attempt.ready, check, sample))
    runs = _as_they_end(pending) if problem.project is None else change.run_checks(kit, problem, usable)
    async for finished in runs:
        yield finished


async def _run_sample(
    kit: Kit, problem: Problem, ready: CandidateReady, check: str, sample: Sample
) -> RunFinished:
    ran = await kit.sandbox.run(job(problem, ready.code, sample.given, ready.candidate))
    return RunFinished(
        candidate=ready.candidate,
        round=ready.round,
        check=check,
        verdict=judge(ran, sample.expected, problem.mode),
        facts=ran.facts,
        printed=_shown(printed(ran, problem.mode)),
        stderr=_shown(ran.stderr.decode("utf-8", "replace")),
    )


def _unusable(attempt: Attempt, check: str) -> RunFinished:
    return RunFinished(
        candidate=attempt.label,
        round=attempt.ready.round,
        check=check,
        verdict=Verdict.CE,
        facts=Facts(notes=("not run",)),
        stderr=attempt.ready.error or "no code in the reply",
    )


async def _as_they_end(work: Sequence[Coroutine[Any, Any, RunFinished]]) -> AsyncIterator[RunFinished]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def printed(ran: Ran, mode: Mode) -> str:
    """What a run gave: its returned value as JSON, or its standard output."""
    if mode is Mode.FUNCTION:
        return ran.result or ""
    return ran.stdout.decode("utf-8", "replace")


def _shown(text: str, most: int = SHOWN) -> str:
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… {len(text) - most:,} characters left out …\n{text[-half:]}"


async def agree(
    kit: Kit,
    problem: Problem,
    attempts: Sequence[Attempt],
    inputs: Sequence[str],
    others: Sequence[Attempt] = (),
) -> AgreementFound:
    """Compare attempts on ``inputs`` (``agreement.compare``); crashes and time-outs are outputs too.

    ``others`` are attempts that cannot be chosen, for ``nearness``; those without a program are left out.
    """
    voting = [*attempts, *(other for other in others if other.usable)]
    rows = await asyncio.gather(*(_outputs(kit, problem, attempt, inputs) for attempt in voting))
    columns = [[Output.of(ran) for ran in column] for column in zip(*rows, strict=True)]
    classes = classify(columns, problem.mode)
    labels = [attempt.label for attempt in attempts]
    found = compare(labels, classes[: len(labels)], classes[len(labels) :])
    place = _telling(found, labels, classes)
    firsts = [labels.index(cluster[0]) for cluster in found.clusters]
    return AgreementFound(
        clusters=found.clusters,
        inputs=found.inputs,
        shares=tuple(found.shares.items()),
        nearness=tuple(found.nearness.items()),
        failures=tuple(found.failures.items()),
        differ_on="" if place is None else _shown(inputs[place]),
        outputs=() if place is None else tuple(_told(columns[place][row]) for row in firsts),
        tried=tuple(
            TriedInput(
                number=number + 1,
                given=_shown(inputs[number], TOLD),
                gave=_all_gave(voting, rows, classes, number, problem.mode),
            )
            for number in _most_telling(classes[: len(labels)])
        ),
    )


def _all_gave(
    voting: Sequence[Attempt], rows: Sequence[Sequence[Ran]], classes: Classes, number: int, mode: Mode
) -> tuple[Gave, ...]:
    """What each program gave on one input."""
    return tuple(
        _gave(attempt, row[number], mode, group=int(max(groups[number], -1)))
        for attempt, row, groups in zip(voting, rows, classes, strict=True)
    )


def _most_telling(classes: Classes) -> list[int]:
    """The inputs to tell of, in their order: those on which the candidates differ before the others."""
    alike = [bool((column == column[0]).all()) for column in classes.T]
    return sorted(sorted(range(len(alike)), key=lambda place: (alike[place], place))[:MOST_TOLD])


def _gave(attempt: Attempt, ran: Ran, mode: Mode, verdict: Verdict | None = None, group: int = -1) -> Gave:
    return Gave(
        candidate=attempt.label,
        round=attempt.ready.round,
        verdict=verdict or ran.verdict,
        facts=ran.facts,
        printed=_shown(printed(ran, mode), TOLD),
        stderr=_shown(ran.stderr.decode("utf-8", "replace"), TOLD),
        group=group,
    )


async def _outputs(kit: Kit, problem: Problem, attempt: Attempt, inputs: Sequence[str]) -> list[Ran]:
    ready = attempt.ready
    return await asyncio.gather(
        *(kit.sandbox.run(job(problem, ready.code, given, ready.candidate)) for given in inputs)
    )


def _telling(found: Agreement, labels: Sequence[str], classes: Classes) -> int | None:
    """The first input on which the two largest clusters give different outputs."""
    if len(found.clusters) < 2:
        return None
    one, other = (classes[labels.index(cluster[0])] for cluster in found.clusters[:2])
    return next((place for place in range(len(one)) if one[place] != other[place]), None)


def _told(output: Output) -> str:
    return _shown(output.text, SHOWN // 4) if output.verdict is Verdict.OK else str(output.verdict)


async def run_tests(
    kit: Kit, problem: Problem, attempts: Sequence[Attempt], tests: Sequence[WrittenTest]
) -> AsyncIterator[Event]:
    """Every usable attempt on every written test; a ``TestsRun`` for each attempt."""
    if problem.project is not None:
        async for event in change.run_written(kit, problem, attempts, tests):
            yield event
        return
    for attempt in attempts:
        if attempt.usable and tests:
            given = [test.given for test in tests]
            runs = await asyncio.gather(
                *(kit.sandbox.run(job(problem, attempt.ready.code, one, attempt.label)) for one in given)
            )
            verdicts = [
                judge(ran, test.expected, problem.mode) for test, ran in zip(tests, runs, strict=True)
            ]
            told = list(zip(runs, verdicts, strict=True))[:MOST_TOLD]
            yield TestsRun(
                candidate=attempt.label,
                round=attempt.ready.round,
                passed=tuple(place for place, each in enumerate(verdicts) if each is Verdict.OK),
                tests=len(tests),
                gave=tuple(_gave(attempt, ran, problem.mode, verdict) for ran, verdict in told),
            )
