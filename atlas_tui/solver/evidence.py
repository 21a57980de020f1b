"""Evidence: candidates run on the samples, and compared on inputs whose answers nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from atlas_tui.events import AgreementFound, CandidateReady, Event, Facts, RunFinished, Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Job, Ran
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.kit import Kit

SHOWN = 4000
"""Most characters of an output kept in an event."""


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
    pending = []
    for number, sample in enumerate(problem.samples, 1):
        for attempt in attempts:
            check = f"sample {number}"
            if attempt.usable:
                pending.append(_run_sample(kit, problem, attempt.ready, check, sample))
            else:
                yield _unusable(attempt, check)
    async for finished in _as_they_end(pending):
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


def _shown(text: str) -> str:
    if len(text) <= SHOWN:
        return text
    half = SHOWN // 2
    return f"{text[:half]}\n… {len(text) - SHOWN:,} characters left out …\n{text[-half:]}"


async def agree(
    kit: Kit, problem: Problem, attempts: Sequence[Attempt], inputs: Sequence[str]
) -> AgreementFound:
    """Cluster attempts by equal outputs on ``inputs``; a crash or a time-out is an output of its own.

    Inputs on which no attempt ends well are not counted: they may be malformed, and say nothing. An attempt
    that never ends well agrees with nobody, also not with another that crashes, and is in no cluster.
    """
    rows = await asyncio.gather(*(_outputs(kit, problem, attempt, inputs) for attempt in attempts))
    telling = [column for column in range(len(inputs)) if any(row[column] is not None for row in rows)]
    clusters: dict[tuple[str | None, ...], list[str]] = {}
    for attempt, row in zip(attempts, rows, strict=True):
        outputs = tuple(row[column] for column in telling)
        if any(output is not None for output in outputs):
            clusters.setdefault(outputs, []).append(attempt.label)
    largest_first = sorted(clusters.values(), key=lambda labels: (-len(labels), labels))
    return AgreementFound(clusters=tuple(tuple(labels) for labels in largest_first), inputs=len(telling))


async def _outputs(kit: Kit, problem: Problem, attempt: Attempt, inputs: Sequence[str]) -> list[str | None]:
    """What each input gave, with outer blanks of lines removed; None where the run did not end well."""
    ready = attempt.ready
    runs = await asyncio.gather(
        *(kit.sandbox.run(job(problem, ready.code, given, ready.candidate)) for given in inputs)
    )
    return [
        "\n".join(line.strip() for line in printed(ran, problem.mode).strip().splitlines())
        if ran.verdict is Verdict.OK
        else None
        for ran in runs
    ]
