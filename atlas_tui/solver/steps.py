"""What comes after the candidates were run, from the evidence table alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from atlas_tui.facts import State
from atlas_tui.solver import states
from atlas_tui.solver.choose import decide
from atlas_tui.solver.states import Left, state_of
from atlas_tui.solver.table import Row, Table

Kind = Literal["stop", "more", "think", "repair", "compare", "tests", "separate"]


@dataclass(frozen=True, slots=True)
class Step:
    """The next step, and why."""

    kind: Kind
    why: str
    state: State


@dataclass(frozen=True, slots=True)
class Asked:
    """A step the person asks for after a run has ended."""

    kind: Literal["more", "repair"]
    candidate: str = ""
    """The one to repair; empty: the best of those that fail."""

    def step(self, state: State) -> Step:
        """The step as the loop takes it."""
        what = f"the repair of {self.candidate}" if self.candidate else "a repair"
        return Step(self.kind, f"you asked for {what if self.kind == 'repair' else 'more candidates'}", state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a run may still do."""

    more: bool = False
    think: bool = False
    repair: bool = False
    compare: bool = False
    tests: bool = False
    separate: bool = False

    def without_rounds(self) -> Allowed:
        """Without what draws or repairs candidates."""
        return replace(self, more=False, think=False, repair=False)


_DRAWS: dict[StrEnum, tuple[Kind, str]] = {
    states.Step.MORE: ("more", "others are drawn"),
    states.Step.THINK: ("think", "others are drawn after longer thinking"),
    states.Step.REPAIR: ("repair", "the best is repaired"),
}


def next_step(table: Table, rules: Sequence[str], allowed: Allowed) -> Step:
    """By the state of the evidence: more candidates, longer thinking or repair where none passes the samples.

    Otherwise the finalists are told apart: by the outputs on further inputs, which cost no tokens; where
    these do not decide, by self-tests; and where those do not either, by a judgement of outputs that differ.
    """
    state = state_of(table)
    wanted = states.next_step(state, Left(more=allowed.more, think=allowed.think, repair=allowed.repair))
    if wanted in _DRAWS:
        kind, what = _DRAWS[wanted]
        return Step(kind, f"no candidate passes all {_samples(table)}: {what}", state)
    rivals = len(table.finalists)
    if rivals > 1 and allowed.compare and table.agreement is None:
        return Step("compare", f"{rivals} candidates are level: their outputs are compared", state)
    # Changes that fail the repository's own tests are not told apart by further ones.
    lost = table.of_changes and state is State.NONE
    if allowed.tests and not lost and _untested(table) and _open(table, rules, "self-tests"):
        return Step("tests", f"the candidates differ: {_how_tested(table)}", state)
    if allowed.separate and not table.judged and _open(table, rules, "outputs judged"):
        return Step("separate", "the candidates differ: their outputs are judged", state)
    return Step("stop", _why(state, rivals, _samples(table)), state)


def _untested(table: Table) -> bool:
    """Whether written tests could say more: also where they were run before further changes were drawn."""
    if table.passes is None:
        return True
    return table.of_changes and any(row.label not in table.tested for row in table.finalists)


def _how_tested(table: Table) -> str:
    if table.passes is not None:
        return "those that are new are run on the written tests"
    return f"tests are written {'for what is asked for' if table.of_changes else 'from the statement'}"


def _samples(table: Table) -> str:
    """What candidates are run on: changes in a repository on its tests."""
    return "tests" if table.of_changes else "samples"


def _open(table: Table, rules: Sequence[str], rule: str) -> bool:
    """Whether the rules before ``rule`` leave candidates that are not known to be the same."""
    if rule not in rules:
        return False
    left = decide(table, rules[: rules.index(rule)]).left
    return len(left) > 1 and not _alike(table, left)


def _alike(table: Table, left: Sequence[Row]) -> bool:
    """All of them are in one cluster of equal outputs, or are the same change."""
    if table.of_changes and len({row.code for row in left}) == 1:
        return True
    labels = {row.label for row in left}
    found = table.agreement
    return found is not None and any(labels <= set(cluster) for cluster in found.clusters)


def _why(state: State, rivals: int, samples: str) -> str:
    match state:
        case State.UNCHECKED:
            return "there is nothing to check candidates on"
        case State.NONE:
            return f"no candidate passes all {samples}, and nothing is left to try"
        case State.ALL_AGREE | State.SOME_AGREE:
            what = "changes" if samples == "tests" else "outputs"
            return f"the {samples} are passed, and the {what} agree"
    return f"one candidate passes the {samples}" if rivals == 1 else f"the {samples} are passed"
