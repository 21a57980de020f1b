"""The loop: the only place that decides which stage comes next."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from functools import partial

from atlas_tui.engine.base import ModelDied
from atlas_tui.errors import AtlasError
from atlas_tui.events import Chosen, Event, Failed, Outcome, RunEnded, Stage, StageEnded, StageStarted
from atlas_tui.problem import Problem
from atlas_tui.sandbox.base import Isolation, Tier
from atlas_tui.solver.board import Attempt, Board
from atlas_tui.solver.choose import choose, finalists
from atlas_tui.solver.evidence import agree, run_samples
from atlas_tui.solver.generate import generate
from atlas_tui.solver.inputs import agreement_inputs
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.plan import observe, plan
from atlas_tui.solver.repair import repair, verdict_on

log = logging.getLogger(__name__)

StageEvents = Callable[[], AsyncIterator[Event]]


async def solve(kit: Kit, problem: Problem) -> AsyncIterator[Event]:
    """All events of one run after ``ProblemRead``; the last is ``RunEnded``, whatever happens.

    A cancelled task is not turned into events here: whoever owns the task knows that it cancelled it.
    """
    started, board = time.monotonic(), Board()
    outcome = Outcome.NO_CANDIDATE
    try:
        async for event in _walk(kit, problem, board):
            board.fold(event)
            if isinstance(event, Chosen):
                verified = 0 < event.samples == event.passed
                outcome = Outcome.VERIFIED if verified else Outcome.UNVERIFIED
            yield event
    except AtlasError as error:
        log.warning("run failed: %s", error, exc_info=error)
        yield failed(error)
        outcome = Outcome.FAILED
    yield RunEnded(outcome=outcome, seconds=time.monotonic() - started)


def failed(error: AtlasError) -> Failed:
    """The error as an event."""
    return Failed(what=error.what, why=error.why, todo=error.todo, ours=error.ours)


async def _walk(kit: Kit, problem: Problem, board: Board) -> AsyncIterator[Event]:
    walk = _Walk(kit, problem, board, await kit.sandbox.probe())
    if kit.settings.plan:
        async for event in walk.stage(Stage.OBSERVE, lambda: observe(kit, problem)):
            yield event
        async for event in walk.stage(Stage.PLAN, lambda: plan(kit, problem, board.observations)):
            yield event
    async for event in walk.stage(Stage.GENERATE, lambda: generate(kit, problem, board.plans)):
        yield event
    async for event in walk.stage(Stage.EVIDENCE, lambda: walk.evidence(board.current())):
        yield event
    for number in range(1, kit.settings.repair_rounds + 1):
        if walk.needs_repair():
            # Taken before the stage: a repetition repairs the same attempts, not what its first try wrote.
            repaired = partial(walk.repaired, number, board.current())
            async for event in walk.stage(Stage.REPAIR, repaired):
                yield event
    async for event in walk.stage(Stage.CHOOSE, walk.choice):
        yield event


class _Walk:
    """The stages of one run over what is known so far."""

    def __init__(self, kit: Kit, problem: Problem, board: Board, isolation: Isolation) -> None:
        self.kit, self.problem, self.board, self.isolation = kit, problem, board, isolation
        self._restarts_left = 1

    @property
    def _isolated(self) -> bool:
        return self.isolation.tier is not Tier.NONE

    async def stage(self, stage: Stage, events: StageEvents) -> AsyncIterator[Event]:
        """One stage between its start and end; done once more when the model process died."""
        started = time.monotonic()
        yield StageStarted(stage=stage)
        try:
            async for event in events():
                yield event
        except ModelDied as error:
            if not self._restarts_left:
                raise
            self._restarts_left -= 1
            log.warning("the model process died in stage %s: %s\n%s", stage, error, error.log)
            yield Failed(
                what=error.what, why=error.why, todo="it is started again and the stage repeated", ours=True
            )
            yield StageStarted(stage=stage)
            async for event in events():
                yield event
        yield StageEnded(stage=stage, seconds=time.monotonic() - started)

    async def evidence(self, attempts: list[Attempt]) -> AsyncIterator[Event]:
        """The samples on these attempts; nothing where there is no isolation."""
        if self._isolated:
            async for event in run_samples(self.kit, self.problem, attempts):
                yield event

    def needs_repair(self) -> bool:
        """Something was checked, and nothing passed."""
        samples = len(self.problem.samples)
        passing = any(attempt.passes_all(samples) for attempt in self.board.current())
        return self._isolated and samples > 0 and not passing

    async def repaired(self, number: int, attempts: list[Attempt]) -> AsyncIterator[Event]:
        """One round on these attempts: correct, run at once, keep or drop."""
        before = {attempt.label: attempt for attempt in attempts}
        async for event in repair(self.kit, self.problem, attempts, number):
            yield event
        fresh = [each for each in self.board.current() if each.ready.round == number]
        async for event in self.evidence(fresh):
            yield event
        for attempt in self.board.current():
            if attempt.ready.round == number:
                yield verdict_on(before[attempt.label], attempt)

    async def choice(self) -> AsyncIterator[Event]:
        """Agreement among the finalists, then the choice; no event when there is no candidate."""
        attempts, samples = self.board.current(), len(self.problem.samples)
        rivals = finalists(attempts)
        if len(rivals) > 1 and self._isolated:
            inputs = agreement_inputs(self.problem, self.kit.seed)
            if inputs:
                yield await agree(self.kit, self.problem, rivals, inputs)
        unchecked = "" if self._isolated else self.isolation.why
        chosen = choose(attempts, samples, self.board.agreement, unchecked)
        if chosen is not None:
            yield chosen
