"""What the evidence comes to, how far it is trusted, and what is done next."""

from __future__ import annotations

import pytest

from atlas_tui.facts import Grade, State
from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.states import Left, Measured, Step, grade_of, measured, next_step, probability, state_of
from atlas_tui.solver.table import Row, Table


def table(passed: str, clusters: str = "", samples: int = 2, inputs: int = 4, unchecked: str = "") -> Table:
    """Candidates A, B, … that passed so many samples; clusters of labels, apart by blanks."""
    rows = tuple(
        Row(label=label, code="x", passed=int(count), ran=samples)
        for label, count in zip("ABCDEF", passed, strict=False)
    )
    groups = tuple(tuple(cluster) for cluster in clusters.split())
    agreement = Agreement(clusters=groups, inputs=inputs) if clusters else None
    return Table(rows=rows, samples=samples, agreement=agreement, unchecked=unchecked)


@pytest.mark.parametrize(
    ("evidence", "state", "grade"),
    [
        (table("222", "ABC"), State.ALL_AGREE, Grade.VERIFIED),
        (table("220", "AB"), State.SOME_AGREE, Grade.VERIFIED),
        (table("222", "AB C"), State.MOST_AGREE, Grade.SAMPLES_ONLY),
        (table("222", "A B C"), State.SPLIT, Grade.SPLIT),
        (table("220", "A B"), State.SPLIT, Grade.SPLIT),
        (table("2222", "AB CD"), State.SPLIT, Grade.SAMPLES_ONLY),
        (table("222"), State.NOT_COMPARED, Grade.SAMPLES_ONLY),
        (table("222", "ABC", inputs=0), State.NOT_COMPARED, Grade.SAMPLES_ONLY),
        (table("201"), State.ONE, Grade.SAMPLES_ONLY),
        (table("2"), State.ONE, Grade.SAMPLES_ONLY),
        (table("111", "ABC"), State.NONE, Grade.UNVERIFIED),
        (table("000", "ABC", samples=0), State.UNCHECKED, Grade.UNVERIFIED),
        (table("222", unchecked="no bubblewrap"), State.UNCHECKED, Grade.SAMPLES_ONLY),
    ],
)
def test_state_and_grade(evidence: Table, state: State, grade: Grade) -> None:
    assert state_of(evidence) is state
    assert grade_of(evidence, evidence.rows[0]) is grade


def test_the_table_of_probabilities_is_ordered_as_the_evidence_is() -> None:
    """The numbers that are shown come from measured choices, with their number."""
    assert all(found.number >= 5 and 0 <= found.right <= found.number for found in measured().values())
    falling = (State.ALL_AGREE, State.SOME_AGREE, State.MOST_AGREE, State.SPLIT, State.NONE)
    known = [probability(state) or 0.0 for state in falling]
    assert known[0] >= 0.95 and known[-1] > 0
    assert known == sorted(known, reverse=True)
    assert probability(State.UNCHECKED) is None


def test_few_outcomes_claim_no_certainty() -> None:
    assert Measured(0, 0).probability is None
    assert Measured(3, 3).probability == pytest.approx(0.8)
    assert Measured(980, 1000).probability == pytest.approx(0.98, abs=0.001)


def test_more_is_tried_only_where_nothing_passes() -> None:
    every = Left(separate=True, more=True, think=True, repair=True)
    assert next_step(State.NONE, every) is Step.MORE
    assert next_step(State.NONE, Left(think=True, repair=True)) is Step.THINK
    assert next_step(State.NONE, Left(repair=True)) is Step.REPAIR
    assert next_step(State.NONE, Left()) is Step.STOP
    assert next_step(State.SPLIT, every) is Step.SEPARATE
    assert next_step(State.SPLIT, Left(more=True)) is Step.STOP
    for state in set(State) - {State.NONE, State.SPLIT}:
        assert next_step(state, every) is Step.STOP
