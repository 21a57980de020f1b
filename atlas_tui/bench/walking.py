"""One task solved once: by the whole method where it asks for a program, else as its kind wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from atlas_tui import __version__
from atlas_tui.bench.records import StageCost
from atlas_tui.bench.task import Kind, Task
from atlas_tui.bench.walk import Attempt, Walk
from atlas_tui.events import (
    Chosen,
    Event,
    Failed,
    NextStep,
    Outcome,
    ProblemRead,
    RunEnded,
    RunStarted,
    Usage,
)
from atlas_tui.problem import Problem
from atlas_tui.solver.board import Board
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.solve import solve

Tell = Callable[[Event], None]


async def walk(kit: Kit, task: Task, tell: Tell) -> Walk:
    """Solve it; ``tell`` gets every event that is worth keeping.

    The scoring tests of the task are not looked at. Raises: AtlasError: the model or the server failed,
    where that is not told in ``Walk.failed``.
    """
    match task.kind:
        case Kind.CODE:
            return await _program(kit, task, tell)
        case Kind.STEPS:
            from atlas_tui.bench.stepping import stepped

            return await stepped(kit, task, tell)
        case _:
            from atlas_tui.bench.answering import answered

            return await answered(kit, task, tell)


async def started(kit: Kit, task: Task) -> RunStarted:
    """The first event of a task's run."""
    isolation = await kit.sandbox.probe()
    return RunStarted(
        session=task.id,
        model=kit.info.name if kit.info else "",
        candidates=kit.labels,
        seed=kit.seed,
        isolation=str(isolation),
        version=__version__,
    )


def costs_of(spent: Iterable[Usage]) -> list[StageCost]:
    """What each stage spent, in the order in which they came."""
    found: dict[str, StageCost] = {}
    for each in spent:
        name = str(each.stage)
        known = found.get(name, StageCost(stage=name))
        found[name] = StageCost(
            stage=name,
            tokens_in=known.tokens_in + each.tokens_in,
            tokens_out=known.tokens_out + each.tokens_out,
            tokens_reused=known.tokens_reused + each.tokens_reused,
            seconds=known.seconds + each.seconds,
        )
    return list(found.values())


async def _program(kit: Kit, task: Task, tell: Tell) -> Walk:
    """By the solver, as the app runs it."""
    if not isinstance(task.asked, Problem):
        raise TypeError(f"{task.id} asks for a program and has no problem")
    board, found, spent = Board(), Walk(first=len(kit.labels), samples=len(task.asked.samples)), list[Usage]()
    tell(await started(kit, task))
    tell(ProblemRead(problem=task.asked))
    fault = ""
    async for event in solve(kit, task.asked, board):
        tell(event)
        match event:
            case Usage():
                spent.append(event)
            case NextStep():
                found.steps.append(f"{event.step}: {event.why}")
            case Failed():
                fault = ": ".join(part for part in (event.what, event.why) if part)
            case RunEnded():
                found.outcome, found.seconds = str(event.outcome), event.seconds
    if found.outcome == Outcome.FAILED:
        found.failed = fault or "the run failed"
    found.costs = costs_of(spent)
    _take_attempts(found, board)
    return found


def _take_attempts(found: Walk, board: Board) -> None:
    """Every program that was written, and which of them is the choice."""
    kept = {(each.candidate, each.round): each.kept for each in board.repairs}
    for label in sorted(board.history):
        for attempt in board.history[label]:
            ready = attempt.ready
            place = (label, ready.round)
            failure, scored = board.failures.get(place), board.scored.get(place)
            if _is(board.chosen, place):
                found.chosen = len(found.attempts)
            found.attempts.append(
                Attempt(
                    label=label,
                    round=ready.round,
                    text=ready.code,
                    samples=attempt.passed,
                    tokens=ready.tokens + ready.thinking_tokens,
                    kept=kept.get(place),
                    failure=str(failure.failure) if failure else "",
                    lens=scored.score if scored else None,
                    place=scored.place if scored else None,
                    mean_logprob=ready.mean_logprob,
                )
            )
    if chosen := board.chosen:
        found.state, found.grade = str(chosen.state or ""), str(chosen.grade)
        found.probability = chosen.probability
        found.by_lens = any(one.rule == "lens" and one.decided for one in chosen.reasons)


def _is(chosen: Chosen | None, place: tuple[str, int]) -> bool:
    return chosen is not None and place == (chosen.candidate, chosen.round)
