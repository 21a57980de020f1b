"""What comes next: a pure function of the evidence table and of what is still allowed."""

from __future__ import annotations

import numpy as np
import pytest

from atlas_tui.facts import State
from atlas_tui.settings import SolverSettings
from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.arms import ARMS, switches
from atlas_tui.solver.choose_rules import POLICIES
from atlas_tui.solver.steps import Allowed, next_step
from atlas_tui.solver.table import Row, Table

EVERYTHING = Allowed(more=True, think=True, repair=True, compare=True, tests=True, separate=True)


def table(*passed: int, clusters: str = "", unchecked: str = "", samples: int = 2, **more: object) -> Table:
    rows = tuple(
        Row(label=label, code=f"print({label!r})", passed=count, ran=samples, logprob=-1.0)
        for label, count in zip("ABCDEF", passed, strict=False)
    )
    groups = tuple(tuple(cluster) for cluster in clusters.split())
    shares = {label: len(group) / len(passed) for group in groups for label in group}
    agreement = Agreement(clusters=groups, shares=shares, inputs=4) if groups else None
    return Table(rows=rows, samples=samples, unchecked=unchecked, agreement=agreement, **more)  # type: ignore[arg-type]


def kind(given: Table, allowed: Allowed = EVERYTHING, arm: str = "E") -> str:
    return next_step(given, POLICIES[arm], allowed).kind


def test_where_none_passes_more_are_drawn_then_thought_about_then_repaired() -> None:
    none = table(0, 1, 1)
    assert kind(none) == "more"
    assert kind(none, Allowed(think=True, repair=True)) == "think"
    assert kind(none, Allowed(repair=True, tests=True)) == "repair"
    assert kind(none, EVERYTHING.without_rounds()) == "compare", "the two best are level"
    assert kind(none, Allowed()) == "stop"
    step = next_step(none, POLICIES["E"], Allowed())
    assert step.state is State.NONE and "nothing is left to try" in step.why


def test_one_that_passes_is_enough() -> None:
    assert kind(table(2, 1, 0)) == "stop"


def test_several_that_pass_are_compared_and_what_agrees_is_not_questioned() -> None:
    assert kind(table(2, 2, 2)) == "compare"
    assert kind(table(2, 2, 2, clusters="ABC")) == "stop"
    assert kind(table(2, 2, 1, clusters="AB")) == "stop"
    assert kind(table(2, 2, 2, clusters="AB C")) == "stop", "the largest cluster decides"


def test_a_split_is_tested_then_judged_then_left() -> None:
    split = table(2, 2, clusters="A B")
    assert kind(split) == "tests"
    assert kind(split, Allowed(separate=True)) == "separate"
    undecided = np.array([[True], [True]])
    tested = table(2, 2, clusters="A B", tested=("A", "B"), passes=undecided)
    assert kind(tested) == "separate"
    assert kind(table(2, 2, clusters="A B", tested=("A", "B"), passes=undecided, judged={"A": 1})) == "stop"
    decided = np.array([[True, True], [False, False]])
    assert kind(table(2, 2, clusters="A B", tested=("A", "B"), passes=decided)) == "stop"


def test_without_isolation_nothing_can_be_tried() -> None:
    nothing = Allowed(more=True, think=True)
    assert kind(table(0, 0, unchecked="no bubblewrap"), nothing) == "stop"
    assert kind(table(0, 0, samples=0), nothing) == "stop", "nothing tells that more is needed"
    assert kind(table(0, 0, samples=0)) == "compare"


def test_the_arms_differ_in_what_they_use() -> None:
    assert kind(table(2, 2), arm="D") == "compare"  # it is the switch that leaves it out
    assert kind(table(2, 2), Allowed(tests=True), arm="D") == "tests"
    assert kind(table(2, 2), Allowed(tests=True, separate=True), arm="B") == "stop"
    used = {name: switches(SolverSettings(arm=name, think_more=2)) for name in ARMS}
    assert (used["A"].candidates, used["A"].plan, used["A"].perturb) == (1, False, False)
    assert [used[name].agreement for name in "ABCDE"] == [False, False, True, False, True]
    assert [used[name].self_tests for name in "ABCDE"] == [False, False, False, True, True]
    assert [used[name].repair_rounds for name in "ABCDE"] == [0, 0, 0, 4, 4]
    assert [used[name].resamples for name in "ABCDE"] == [0, 0, 0, 1, 1]
    assert [used[name].think_more for name in "ABCDE"] == [0, 0, 0, 0, 2]
    assert [used[name].split for name in "ABCDE"] == [False] * 4 + [True]
    assert set(POLICIES) >= set(ARMS)


SWITCHED_OFF = {
    "plan": False,
    "perturb": False,
    "agreement": False,
    "self_tests": False,
    "generator": False,
    "split": False,
    "pairs": 0,
    "resamples": 0,
    "think_more": 0,
    "repair_rounds": 0,
    "candidates": 1,
}


@pytest.mark.parametrize(("key", "value"), SWITCHED_OFF.items())
def test_every_part_can_be_switched_off(key: str, value: object) -> None:
    off = switches(SolverSettings.model_validate({key: value}))
    assert getattr(off, key) == value
    assert getattr(switches(SolverSettings()), key) != value
