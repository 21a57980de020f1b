"""Going on with a run that has ended: what its session knew, and whether what is asked for is possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.events import Event, ProblemRead, RunStarted, Text
from atlas_tui.problem import Problem
from atlas_tui.solver.board import Board
from atlas_tui.solver.kit import LABELS
from atlas_tui.solver.repairs import obstacle
from atlas_tui.solver.steps import Asked


@dataclass(frozen=True, slots=True)
class Known:
    """What the events of one session tell."""

    problem: Problem
    seed: int
    board: Board

    def check(self, asked: Asked) -> None:
        """Raises: Refused: that step cannot be taken; the error says why."""
        project = self.problem.project
        if project is not None and not Path(project.base).is_dir():
            why = "the private copy of the repository that it was made on is gone"
            raise Refused("This run cannot go on", why, "run the problem again")
        if asked.kind == "more" and len(self.board.labels) >= len(LABELS):
            why = f"there are {len(self.board.labels)} already, and no letters are left"
            raise Refused("No more candidates can be drawn", why, "repair one, or run the problem again")
        if asked.kind == "repair":
            why = obstacle(self.board, asked.candidate)
            if why:
                what = f"{asked.candidate or 'Nothing'} cannot be repaired"
                raise Refused(what, why, "choose another candidate, or ask for more")


def recall(events: Iterable[Event]) -> Known:
    """What a session knew when its run ended, or broke off.

    Raises: Refused: its events do not tell a problem, because they were never stored.
    """
    problem, seed, board = None, 1, Board()
    for event in events:
        match event:
            case Text():
                continue
            case ProblemRead():
                problem = event.problem
            case RunStarted():
                seed = event.seed
        board.fold(event)
    if problem is None:
        why = "its events were not stored, so that nothing is known of it"
        raise Refused("This run cannot go on", why, "run the problem again")
    return Known(problem, seed, board)
