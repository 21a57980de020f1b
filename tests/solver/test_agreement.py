"""Agreement of outputs: what counts as the same, and how far candidates agree."""

from __future__ import annotations

import numpy as np
import pytest

from atlas_tui.facts import Verdict
from atlas_tui.problem import Mode
from atlas_tui.solver.agreement import UNKNOWN, Agreement, Output, classify, compare, same_output


def found(rows: str) -> Agreement:
    """Agreement of A, B, …: one letter an input; a dash is a crash, ``t`` a time-out, ``?`` unknown."""
    kinds = {"-": Verdict.RE, "t": Verdict.TLE, "?": Verdict.IE}
    table = [
        [Output(kinds[one]) if one in kinds else Output(Verdict.OK, one) for one in row]
        for row in rows.split()
    ]
    labels = "ABCDEFG"[: len(table)]
    return compare(labels, classify(list(zip(*table, strict=True)), Mode.PROGRAM))


@pytest.mark.parametrize(
    ("one", "other", "mode", "same"),
    [
        ("3\n", "3", Mode.PROGRAM, True),
        ("1.0", "1", Mode.PROGRAM, True),
        ("0.30000000000000004", "0.3", Mode.PROGRAM, True),
        ("0.301", "0.3", Mode.PROGRAM, False),
        ("1 2", "1\n2", Mode.PROGRAM, False),
        ("[1,2.0]", "[1.0,2]", Mode.FUNCTION, True),
        ("[0.30000000000000004]", "[0.3]", Mode.FUNCTION, True),
        ("true", "1", Mode.FUNCTION, False),
        ('{"a":1,"b":2}', '{"b":2,"a":1}', Mode.FUNCTION, True),
        ("no json", "nor this", Mode.FUNCTION, False),
        ("no json", "no json", Mode.FUNCTION, True),
    ],
)
def test_outputs_are_the_same_as_the_judge_takes_them(one: str, other: str, mode: Mode, same: bool) -> None:
    assert same_output(one, other, mode) is same
    assert same_output(other, one, mode) is same


def test_shares_are_soft() -> None:
    """No two are identical, yet B is nearest to the others."""
    agreement = found("112 111 311")
    assert agreement.inputs == 3
    assert [len(cluster) for cluster in agreement.clusters] == [1, 1, 1]
    assert agreement.shares == pytest.approx(
        {"A": (1 + 2 / 3 + 1 / 3) / 3, "B": (1 + 2 / 3 + 2 / 3) / 3, "C": (1 + 2 / 3 + 1 / 3) / 3}
    )


def test_crashes_and_time_outs_are_outputs_of_their_own() -> None:
    agreement = found("1- 1- 1t")
    assert agreement.clusters == (("A", "B", "C"),)
    assert agreement.inputs == 1, "nobody ends well on the second"
    agreement = found("1-2 1-2 1t2 132")
    assert agreement.clusters == (("A", "B"), ("C",), ("D",))
    assert agreement.failures == {"A": 1, "B": 1, "C": 1, "D": 0}


def test_one_that_never_ends_well_agrees_with_nobody() -> None:
    agreement = found("-- -- 12")
    assert agreement.clusters == (("C",),)
    assert agreement.shares["A"] == agreement.shares["B"] == 0.0 < agreement.shares["C"]


def test_malformed_inputs_say_nothing() -> None:
    assert found("-- -- --") == Agreement()
    assert compare([], np.zeros((0, 0), np.int32)) == Agreement()
    assert compare(["A", "B"], np.zeros((2, 0), np.int32)) == Agreement()


def test_a_fault_of_ours_is_no_evidence_against_anybody() -> None:
    agreement = found("1? 12 12")
    assert agreement.shares["A"] == agreement.shares["B"] == 1.0
    classes = classify([[Output(Verdict.IE), Output(Verdict.OK, "1")]], Mode.PROGRAM)
    assert classes[0, 0] == UNKNOWN


def test_those_that_fail_samples_tell_who_is_nearer_and_nothing_else() -> None:
    table = classify(
        [[Output(Verdict.OK, one) for one in column] for column in ("121", "343", "555")], Mode.PROGRAM
    )
    alone = compare("AB", table[:2])
    found = compare("AB", table[:2], table[2:])
    assert (found.clusters, found.shares, found.inputs) == (alone.clusters, alone.shares, alone.inputs)
    assert alone.nearness == {} and found.nearness == {"A": 1.0, "B": pytest.approx(1 / 3)}


def test_an_input_that_many_fail_on_counts_less() -> None:
    """A and B agree where C crashes, B and C where all end well."""
    one, two = Output(Verdict.OK, "1"), Output(Verdict.OK, "2")
    columns = [[one, one, Output(Verdict.RE)], [one, two, two]]
    found = compare("ABC", classify(columns, Mode.PROGRAM))
    assert found.shares["B"] > found.shares["C"] > found.shares["A"]


def test_near_numbers_follow_the_first_of_them() -> None:
    column = [Output(Verdict.OK, text) for text in ("0.1", "0.1000000000001", "0.2", "0.1")]
    assert classify([column], Mode.FUNCTION)[:, 0].tolist() == [0, 0, 1, 0]
