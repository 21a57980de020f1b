"""Rounds of repair: which candidate, from which side, run at once, kept or dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial

from atlas_tui.events import Event, FailureClass, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver.board import Attempt, Board
from atlas_tui.solver.choose import choose
from atlas_tui.solver.evidence import run_samples
from atlas_tui.solver.failures import diagnose
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.prompting_more import Perspective, perspectives
from atlas_tui.solver.repair import next_perspective, repair_one, verdict_on
from atlas_tui.solver.staging import Staging


def obstacle(board: Board, label: str) -> str:
    """Why this candidate cannot be repaired, in a few words; empty where it can."""
    standing = _standing(board, label)
    if standing is None or not standing.ready.code:
        return "it has no program"
    if standing.first_failure() is None and not standing.ready.flags:
        return f"no {'test' if standing.ready.files else 'sample'} is known that it fails"
    if len(_sides(board, label)) >= len(perspectives()):
        return "it was repaired from every side already"
    return ""


def _standing(board: Board, label: str) -> Attempt | None:
    return next((each for each in board.current() if each.label == label), None)


def _sides(board: Board, label: str) -> tuple[str, ...]:
    """Perspectives from which this candidate was repaired."""
    return tuple(tried.perspective for tried in board.repairs if tried.candidate == label)


class Repairs:
    """The repairs of one run."""

    def __init__(self, kit: Kit, problem: Problem, board: Board, staging: Staging) -> None:
        self._kit, self._problem, self._board, self._staging = kit, problem, board, staging

    def next(self) -> Attempt | None:
        """The best attempt that has a program, a failure, and a perspective that was not tried.

        Of changes those come first of which the fewest repairs came to nothing: the same model, asked the
        same again from another side, is likely to say the same again.
        """
        able = (each for each in self._board.current() if not obstacle(self._board, each.label))
        left = [each for each in able if each.label not in self._kit.stopped]
        best = choose(left, len(self._problem.samples), None, rules=("samples", "log-probability"))
        first = best.candidate if best else ""
        ranked = sorted(
            left, key=lambda each: (self._in_vain(each), each.label != first, -each.passed, each.label)
        )
        return ranked[0] if ranked else None

    def _in_vain(self, standing: Attempt) -> int:
        """How many repairs of this attempt at a change made no other change; of programs none are counted."""
        if self._problem.project is None:
            return 0
        later = self._board.repairs_of(standing.label)
        later = [each for each in later if each.ready.round > standing.ready.round]
        return sum(not each.usable or each.ready.code == standing.ready.code for each in later)

    async def round(self, label: str = "") -> AsyncIterator[Event]:
        """One round, from a perspective that is new to it: this candidate, or the best attempt."""
        standing = _standing(self._board, label) if label else self.next()
        if standing is None:
            return
        # Taken before the stage: a repetition repairs the same attempts, not what its first try wrote.
        label = standing.label
        number, tried = self._board.next_round(label), self._board.repairs_of(label)
        repaired = partial(self._repaired, standing, number, tried, _sides(self._board, label))
        async for event in self._staging.run(Stage.REPAIR, repaired):
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
