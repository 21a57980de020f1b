"""What the lens says reaches the choice only while its gate is open, and only for the program it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from atlas_tui.events import CandidateReady, Facts, LensMapped, LensScored, RepairTried, RunFinished, Verdict
from atlas_tui.solver.board import Board
from atlas_tui.solver.choose import chosen
from atlas_tui.solver.solve import table_of
from tests.solver.stage_parts import TWICE

SAMPLES = len(TWICE.samples)


def board() -> Board:
    """A and B, level on the samples."""
    made = Board()
    for label in "AB":
        write(made, label)
    return made


def write(board: Board, label: str, number: int = 0) -> None:
    board.fold(CandidateReady(candidate=label, round=number, code=f"print('{label}', {number})"))
    for sample in range(1, SAMPLES + 1):
        check = f"sample {sample}"
        board.fold(RunFinished(candidate=label, round=number, check=check, verdict=Verdict.OK, facts=Facts()))


def score(
    board: Board,
    label: str,
    value: float | None,
    state: Literal["untrained", "closed", "open"] = "open",
    subject: Literal["plan", "candidate"] = "candidate",
) -> None:
    board.fold(LensScored(candidate=label, subject=subject, state=state, score=value))


def test_open_scores_decide_between_level_candidates() -> None:
    made = board()
    score(made, "A", 0.1)
    score(made, "B", 0.9)
    assert table_of(TWICE, made).lens == {"A": 0.1, "B": 0.9}
    choice = chosen(table_of(TWICE, made), ("samples", "lens"))
    assert choice is not None and choice.candidate == "B"
    assert (choice.reasons[-1].rule, choice.reasons[-1].decided) == ("lens", True)


@pytest.mark.parametrize("state", ["untrained", "closed"])
def test_a_gate_that_is_not_open_lets_no_score_through(state: Literal["untrained", "closed"]) -> None:
    made = board()
    score(made, "A", 0.1, state)
    score(made, "B", 0.9, state)
    assert table_of(TWICE, made).lens == {}
    choice = chosen(table_of(TWICE, made), ("samples", "lens"))
    assert choice is not None and choice.tied == ("B",)


def test_a_gate_that_closes_takes_the_score_back() -> None:
    made = board()
    score(made, "A", 0.9)
    score(made, "A", 0.9, "closed")
    assert made.lens_scores() == {}


def test_scores_of_plans_unknown_candidates_and_of_no_number_do_not_count() -> None:
    made = board()
    score(made, "A", 0.9, subject="plan")
    score(made, "Q", 0.9)
    score(made, "B", float("nan"))
    assert made.lens_scores() == {}
    score(made, "B", None)
    assert made.lens_scores() == {}


def test_a_map_is_told_once_and_again_when_it_is_another() -> None:
    made = board()
    first = LensMapped(left=0, right=1, bottom=0, top=1, cells=((0.5, None),), candidates=3)
    assert not made.on_map(first)
    made.fold(first)
    assert made.on_map(replace(first, at=first.at + 9)) and not made.on_map(replace(first, candidates=4))


def test_a_score_is_that_of_one_program() -> None:
    made = board()
    score(made, "A", 0.4)
    write(made, "A", 1)
    assert made.lens_scores() == {}, "the repair has none of its own"
    score(made, "A", 0.7)
    assert made.lens_scores() == {"A": 0.7}
    made.fold(RepairTried(candidate="A", round=1, perspective="logic", kept=False, reason="worse"))
    assert made.lens_scores() == {"A": 0.4}, "it stands for its first program again"
    write(made, "A")
    assert made.lens_scores() == {}, "a stage that starts over writes another program"
