"""Rounds of repair: which candidate, from which side, run at once, kept or dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from atlas_tui.events import Event, FailureClass, RepairTried, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver.board import Attempt, Board
from atlas_tui.solver.choose import choose
from atlas_tui.solver.evidence import run_samples
from atlas_tui.solver.failures import diagnose
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.prompting_more import Perspective, perspectives
from atlas_tui.solver.repair import next_perspective, repair_one, verdict_on
from atlas_tui.solver.staging import Staging


class Repairs:
    """The repairs of one run."""

    def __init__(self, kit: Kit, problem: Problem, board: Board, staging: Staging) -> None:
        self._kit, self._problem, self._board, self._staging = kit, problem, board, staging
        self._sides: dict[str, list[str]] = {}
        """Perspectives from which each candidate was repaired."""

    def next(self) -> Attempt | None:
        """The best attempt that has a program, a failure, and a perspective that was not tried."""
        failing = [each for each in self._board.current() if each.ready.code and each.first_failure()]
        left = [each for each in failing if len(self._sides.get(each.label, ())) < len(perspectives())]
        best = choose(left, len(self._problem.samples), None, rules=("samples", "log-probability"))
        first = best.candidate if best else ""
        ranked = sorted(left, key=lambda each: (each.label != first, -each.passed, each.label))
        return ranked[0] if ranked else None

    async def round(self) -> AsyncIterator[Event]:
        """One round: the best attempt, from a perspective that is new to it."""
        standing = self.next()
        if standing is None:
            return
        # Taken before the stage: a repetition repairs the same attempts, not what its first try wrote.
        label, sides = standing.label, self._sides.setdefault(standing.label, [])
        number, tried = self._board.next_round(label), self._board.repairs_of(label)
        repaired = partial(self._repaired, standing, number, tried, tuple(sides))
        async for event in self._staging.run(Stage.REPAIR, repaired):
            if isinstance(event, RepairTried):
                self._sides.setdefault(event.candidate, []).append(event.perspective)
            yield event

    async def _repaired(
        self, standing: Attempt, number: int, tried: Sequence[Attempt], sides: Sequence[str]
    ) -> AsyncIterator[Event]:
        """Why it fails, one correction, run at once, kept or dropped."""
        kit, problem, board = self._kit, self._problem, self._board
        place = (standing.label, standing.ready.round)
        if place not in board.failures:
            async for event in diagnose(kit, problem, standing):
                yield event
        failure = board.failures[place].failure
        perspective = next_perspective(failure, sides)
        if perspective is None:
            return
        async for event in repair_one(kit, problem, standing, number, perspective, tried):
            yield event
        async for event in self._judged(standing, number, perspective, failure, tried):
            yield event

    async def _judged(
        self,
        before: Attempt,
        number: int,
        perspective: Perspective,
        failure: FailureClass,
        tried: Sequence[Attempt],
    ) -> AsyncIterator[Event]:
        """The correction of this round, run, then kept or dropped."""

        def fresh() -> list[Attempt]:
            return [each for each in self._board.repairs_of(before.label) if each.ready.round == number]

        async for event in self._staging.in_time(run_samples(self._kit, self._problem, fresh())):
            yield event
        for each in fresh():
            yield verdict_on(before, each, perspective=perspective.name, failure=failure, tried=tried)
