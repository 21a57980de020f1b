"""What the evidence comes to: a state, how far it can be trusted, and what is worth doing next."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from atlas_tui.facts import Grade, State
from atlas_tui.solver.table import Row, Table


def state_of(table: Table) -> State:
    """The state of the evidence, from the samples passed and the agreement of those that pass them all."""
    if table.unchecked or not table.samples:
        return State.UNCHECKED
    passing = [row for row in table.rows if table.passes_all(row)]
    if len(passing) < 2:
        return State.ONE if passing else State.NONE
    if table.agreement is None or not table.agreement.inputs:
        return State.NOT_COMPARED
    largest = len(table.agreement.clusters[0])
    if largest == len(passing):
        return State.ALL_AGREE if len(passing) == len(table.rows) else State.SOME_AGREE
    return State.MOST_AGREE if 2 * largest > len(passing) else State.SPLIT


def grade_of(table: Table, winner: Row) -> Grade:
    """How far ``winner`` can be trusted, for the person."""
    if not table.decided or not table.passes_all(winner):
        return Grade.UNVERIFIED
    rivals = len(table.finalists)
    if rivals < 2 or table.agreement is None or not table.agreement.inputs:
        return Grade.SAMPLES_ONLY
    own = next((cluster for cluster in table.agreement.clusters if winner.label in cluster), ())
    if len(own) == rivals:
        return Grade.VERIFIED
    return Grade.SAMPLES_ONLY if len(own) > 1 else Grade.SPLIT


@dataclass(frozen=True, slots=True)
class Measured:
    """How often a choice made in a state was right, on recorded candidates."""

    right: float
    """Choices that were right; not whole, where a tie was shared."""
    number: int
    """Choices there were."""

    @property
    def probability(self) -> float | None:
        """Between 0 and 1; as if one more had been right and one more wrong. None where none was seen."""
        return (self.right + 1) / (self.number + 2) if self.number else None


@cache
def measured() -> dict[State, Measured]:
    """The table of ``states.toml``, which says where its numbers come from."""
    table = tomllib.loads(Path(__file__).with_name("states.toml").read_text(encoding="utf-8"))
    return {State(row["state"]): Measured(row["right"], row["number"]) for row in table["measured"]}


def probability(state: State) -> float | None:
    """How likely a choice made in ``state`` is right; None where that was never measured."""
    return measured()[state].probability if state in measured() else None


class Step(StrEnum):
    """What can be done next."""

    STOP = "stop"
    SEPARATE = "separate"
    """Ask the model which of the differing outputs is right (S*)."""
    MORE = "more"
    """Draw further candidates."""
    THINK = "think"
    """Draw further candidates with a larger thinking budget."""
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a run may still do."""

    separate: bool = False
    more: bool = False
    think: bool = False
    repair: bool = False


def next_step(state: State, left: Left) -> Step:
    """The cheapest step that is likely to help: more candidates, then longer thinking, then repair.

    Where candidates pass and agree, or one passes, nothing more is done; where they are split, their outputs
    are judged. Repair costs many times the tokens of three more candidates for about the same gain.
    """
    match state:
        case State.NONE:
            steps = ((left.more, Step.MORE), (left.think, Step.THINK), (left.repair, Step.REPAIR))
            return next((step for allowed, step in steps if allowed), Step.STOP)
        case State.SPLIT if left.separate:
            return Step.SEPARATE
        case _:
            return Step.STOP
