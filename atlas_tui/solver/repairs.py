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
from atlas_tui.solver.repair import PERSPECTIVE, next_perspective, repair, repair_one, verdict_on
from atlas_tui.solver.staging import Staging


class Repairs:
    """The repairs of one run."""

    def __init__(self, kit: Kit, problem: Problem, board: Board, staging: Staging) -> None:
        self._kit, self._problem, self._board, self._staging = kit, problem, board, staging
        self._rounds = 0
        self._sides: dict[str, list[str]] = {}
        """Perspectives from which each candidate was repaired."""

    def next(self) -> Attempt | None:
        """The best attempt that has a program, a failure, and a perspective that was not tried."""
        failing = [each for each in self._board.current() if each.ready.code and each.first_failure()]
        if not self._kit.knows("repair_more.md"):
            return failing[0] if failing else None
        left = [each for each in failing if len(self._sides.get(each.label, ())) < len(perspectives())]
        best = choose(left, len(self._problem.samples), None, rules=("samples", "log-probability"))
        first = best.candidate if best else ""
        ranked = sorted(left, key=lambda each: (each.label != first, -each.passed, each.label))
        return ranked[0] if ranked else None

    async def round(self) -> AsyncIterator[Event]:
        """One round: the best from a new perspective, or all in one batch where the model knows only that."""
        standing = self.next()
        if standing is None:
            return
        self._rounds += 1
        # Taken before the stage: a repetition repairs the same attempts, not what its first try wrote.
        if self._kit.knows("repair_more.md"):
            label, sides = standing.label, self._sides.setdefault(standing.label, [])
            number, tried = self._board.next_round(label), self._board.repairs_of(label)
            repaired = partial(self._repaired, standing, number, tried, tuple(sides))
        else:
            repaired = partial(self._repaired_together, self._rounds, self._board.current())
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
        async for event in repair_one(kit, problem, standing, number, perspective, tried):
            yield event
        async for event in self._judged([standing], number, perspective, failure, tried):
            yield event

    async def _repaired_together(self, number: int, attempts: Sequence[Attempt]) -> AsyncIterator[Event]:
        async for event in repair(self._kit, self._problem, attempts, number):
            yield event
        async for event in self._judged(attempts, number):
            yield event

    async def _judged(
        self,
        before: Sequence[Attempt],
        number: int,
        perspective: Perspective | None = None,
        failure: FailureClass | None = None,
        tried: Sequence[Attempt] = (),
    ) -> AsyncIterator[Event]:
        """The corrections of this round, run, then kept or dropped."""
        kit, labels = self._kit, {each.label for each in before}

        def fresh() -> list[Attempt]:
            rounds = [each for label in labels for each in self._board.history[label]]
            return sorted(
                (each for each in rounds if each.ready.round == number), key=lambda each: each.label
            )

        async for event in self._staging.in_time(run_samples(kit, self._problem, fresh())):
            yield event
        old = {each.label: each for each in before}
        name = perspective.name if perspective else PERSPECTIVE
        for each in fresh():
            yield verdict_on(old[each.label], each, perspective=name, failure=failure, tried=tried)
