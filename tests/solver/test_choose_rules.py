"""The rules of the choice one by one, the policies, and ties."""

from __future__ import annotations

import numpy as np
import pytest

from atlas_tui.events import AgreementFound, CandidateReady, SplitJudged, TestsRun, from_json, to_json
from atlas_tui.facts import State
from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.b4 import passing
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.choose import agreement_of, chosen, decide, table_of
from atlas_tui.solver.choose_rules import POLICIES, RULES
from atlas_tui.solver.table import Row, Table


def row(label: str, passed: int = 2, code: str = "pass", logprob: float | None = None) -> Row:
    return Row(label=label, code=code, passed=passed, ran=2, logprob=logprob)


LEVEL = (row("A"), row("B"), row("C"))


def kept(table: Table, *rules: str) -> str:
    return "".join(one.label for one in decide(table, rules).left)


def test_each_rule_keeps_the_best_by_its_own_evidence_and_no_more() -> None:
    shares = Agreement(
        clusters=(("A",), ("B",), ("C",)), shares={"A": 0.5, "B": 0.5 + 1e-12, "C": 0.3}, inputs=4
    )
    assert kept(Table(rows=LEVEL, samples=2, agreement=shares), "agreement") == "AB"
    tests = Table(
        rows=LEVEL, samples=2, tested=("A", "B", "C"), passes=passing(6, [(0, 1), (2, 3, 4), (2, 3, 4)])
    )
    assert kept(tests, "self-tests") == kept(tests, "codet") == "BC"
    assert kept(Table(rows=LEVEL, judged={"A": 1, "C": 3}), "outputs judged") == "C"
    assert kept(Table(rows=LEVEL, lens={"A": 0.2, "B": -0.4}), "lens") == "A"
    surest = Table(rows=(row("A", logprob=-0.5), row("B"), row("C", logprob=-0.1)))
    assert kept(surest, "log-probability") == "C"
    short = Table(rows=(row("A", code="a = 1   \n"), row("B", code="a = 1"), row("C", code="abc = 1")))
    assert kept(short, "length") == "AB"


def test_a_rule_without_evidence_says_nothing() -> None:
    table = Table(rows=LEVEL)
    for name, rule in RULES.items():
        if name not in ("samples", "length"):
            assert rule(table, LEVEL) is None, name
    assert [reason.rule for reason in decide(table).reasons] == ["samples", "length"]


def test_the_rules_are_asked_in_order_and_only_while_more_than_one_is_left() -> None:
    shares = Agreement(clusters=(("A", "B"), ("C",)), shares={"A": 0.8, "B": 0.8, "C": 0.4}, inputs=4)
    table = Table(
        rows=LEVEL, samples=2, agreement=shares, judged={"C": 5, "B": 1}, lens={"A": 9.0},
    )  # fmt: skip
    choice = chosen(table)
    assert choice is not None and choice.candidate == "B", "C is out before its outputs are judged"
    assert [reason.rule for reason in choice.reasons] == ["samples", "agreement", "outputs judged"]
    assert [reason.decided for reason in choice.reasons] == [False, False, True]
    assert choice.reasons[1].kept == ("A", "B") and choice.reasons[1].lost == ("C",)
    assert dict(choice.reasons[1].scores) == {"A": 0.8, "B": 0.8, "C": 0.4}
    assert all(reason.text for reason in choice.reasons)


@pytest.mark.parametrize(
    ("policy", "left"),
    [("random", "ABCD"), ("samples", "ABC"), ("agreement", "AB"), ("full", "B"), ("B", "ABC"), ("E", "B")],
)
def test_policies_switch_rules(policy: str, left: str) -> None:
    shares = Agreement(clusters=(("A", "B"), ("C",)), shares={"A": 0.8, "B": 0.8, "C": 0.4}, inputs=4)
    table = Table(
        rows=(*LEVEL, row("D", passed=1)), samples=2, agreement=shares, tested=("A", "B", "C"),
        passes=passing(8, [(0,), (1, 2, 3, 4, 5), ()]),
    )  # fmt: skip
    assert kept(table, *POLICIES[policy]) == left


def test_a_tie_is_told_as_one() -> None:
    rows = (row("B", code="x = 1"), row("A", code="y = 1"), row("C", code="longer = 1"))
    choice = chosen(Table(rows=rows, samples=2))
    assert choice is not None
    assert (choice.candidate, choice.tied) == ("A", ("B",))
    assert not any(reason.decided for reason in choice.reasons)
    assert from_json(to_json(choice)) == choice


def test_the_sentences_are_made_from_the_data() -> None:
    shares = Agreement(clusters=(("A",), ("B",), ("C",)), shares={"A": 0.5, "B": 0.7, "C": 0.3}, inputs=4)
    choice = chosen(Table(rows=LEVEL, samples=2, agreement=shares))
    assert choice is not None and choice.state is State.SPLIT
    assert choice.reasons[1].text == "B agrees with the others on more of 4 further inputs than any other"
    table = Table(rows=LEVEL, samples=2, tested=("A", "B", "C"), passes=passing(5, [(0,), (1, 2, 3), ()]))
    choice = chosen(table)
    assert choice is not None
    assert choice.reasons[1].text == ("programs and 5 written tests, weighed against each other, speak for B")
    choice = chosen(Table(rows=LEVEL[:2], samples=2, judged={"A": 1, "B": 3}))
    assert choice is not None
    assert choice.reasons[1].text == "the model, shown what was really given, held B for right 3 times"


def test_the_table_of_a_run_counts_only_what_is_about_the_standing_rounds() -> None:
    attempts = [
        Attempt(CandidateReady(candidate="A", round=1, code="a = 2")),
        Attempt(CandidateReady(candidate="B", round=0, code="b = 1")),
    ]
    tests = [
        TestsRun(candidate="A", round=0, passed=(0, 1, 2), tests=3),
        TestsRun(candidate="A", round=1, passed=(0,), tests=3),
        TestsRun(candidate="B", round=0, passed=(1, 2), tests=3),
    ]
    judged = [
        SplitJudged(first="A", second="B", inputs=(), votes=(3, 0), winner="A", why="old"),
        SplitJudged(first="A", second="B", first_round=1, inputs=(), votes=(1, 2), winner="B", why="new"),
    ]
    table = table_of(attempts, 0, tests=tests, judged=judged)
    assert table.tested == ("A", "B")
    assert table.passes is not None
    assert np.array_equal(table.passes, [[True, False, False], [False, True, True]])
    assert table.judged == {"A": 1, "B": 2}


def test_an_agreement_of_an_earlier_version_has_its_clusters() -> None:
    old = from_json('{"kind":"AgreementFound","at":1.0,"clusters":[["A","B"],["C"]],"inputs":3}')
    assert isinstance(old, AgreementFound)
    shares = agreement_of(old).shares
    assert shares["A"] == shares["B"] > shares["C"] > 0
