"""What is told of a choice among changes in a repository: checks by its tests, and the smaller change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from atlas_tui.events import CandidateReady, ChangedFile, Facts, RunFinished, TestsRun, Verdict
from atlas_tui.facts import Grade, Reason
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.agreeing import agreement_of_changes
from atlas_tui.solver.choose import chosen, table_of
from atlas_tui.solver.choose_rules import EVERYTHING, rules_for
from atlas_tui.solver.choose_words import sentence
from atlas_tui.solver.repair import verdict_on
from atlas_tui.solver.steps import Allowed, next_step

PROBLEM = Problem(statement="s", mode=Mode.CHANGE, project=Project(root="/r", base="/b", identity=""))


def attempt(label: str, added: str, passed: Sequence[bool], number: int = 0) -> Attempt:
    code = f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-old\n+{added}\n"
    files = (ChangedFile(path="x.py", text=added),)
    ready = CandidateReady(candidate=label, round=number, code=code, files=files)
    runs = [
        RunFinished(
            candidate=label, round=number, check=f"sample {place}", facts=Facts(),
            verdict=Verdict.OK if good else Verdict.WA,
        )
        for place, good in enumerate(passed, 1)
    ]  # fmt: skip
    return Attempt(ready, tuple(runs))


def test_the_smaller_change_is_told_as_such() -> None:
    table = table_of([attempt("A", "a much longer line", [True]), attempt("B", "short", [True])], 1)
    choice = chosen(table, ("samples", "length"))
    assert choice is not None and choice.candidate == "B"
    assert [reason.text for reason in choice.reasons] == [
        "A and B pass the repository's tests",
        "B is the smaller change",
    ]


def test_what_comes_next_speaks_of_tests() -> None:
    failing = table_of([attempt("A", "a", [False, False])], 2)
    assert next_step(failing, EVERYTHING, Allowed(more=True)).why.startswith("no candidate passes all tests")
    assert (
        next_step(table_of([attempt("A", "a", [True])], 1), EVERYTHING, Allowed()).why
        == "one candidate passes the tests"
    )
    tried = verdict_on(
        attempt("A", "a", [False, True]), attempt("A", "b", [True, True], 1), perspective="logic"
    )
    assert tried.reason == "passes the tests"
    half = verdict_on(attempt("A", "a", [False, False]), attempt("A", "b", [True, False], 1), perspective="x")
    assert half.reason == "passes more of the tests than before"
    worse = verdict_on(
        attempt("A", "a", [False, True]), attempt("A", "b", [True, False], 1), perspective="logic"
    )
    assert worse.reason == "breaks tests, which passed before"


@pytest.mark.parametrize(("reason", "words"), [
    (Reason(rule="samples", text="", of=0), "no test decides on the change"),
    (Reason(rule="samples", text="", of=3, kept=("A",), scores=(("A", 1.0),)),
     "none passes all of the repository's tests; A passes the most of them"),
    (Reason(rule="samples", text="", of=3, kept=("A",), scores=(("A", 0.0),)),
     "no candidate passes any of the tests that have to pass"),
    (Reason(rule="length", text="", kept=("A", "B")), "the changes of A and B are equally large"),
    (Reason(rule="length", text="", kept=("A", "B"), lost=("C",)), "A and B are the smaller changes"),
    (Reason(rule="agreement", text="", kept=("A", "B", "C"), groups=(("A", "B", "C"),)),
     "A, B and C make the same change"),
    (Reason(rule="agreement", text="", kept=("A", "B"), lost=("C",), groups=(("A", "B"), ("C",))),
     "A and B make the same change; C is unlike it"),
    (Reason(rule="agreement", text="", of=2, kept=("A", "B"), groups=(("A", "B"),)),
     "A and B pass the same of 2 written tests"),
    (Reason(rule="self-tests", text="", of=2, kept=("A",), lost=("C",)),
     "changes and 2 written tests, weighed against each other, speak for A"),
])  # fmt: skip
def test_each_sentence(reason: Reason, words: str) -> None:
    assert sentence(reason, change=True) == words
    assert sentence(reason) != words


def test_the_same_change_again_is_agreement_and_no_tie() -> None:
    same = [attempt(label, "short", [True]) for label in "BC"]
    table = replace(table_of([attempt("A", "other", [True]), *same], 1), change=True)
    table = replace(table, agreement=agreement_of_changes(table))
    choice = chosen(table, rules_for("E", PROBLEM))
    assert choice is not None and (choice.candidate, choice.tied, choice.probability) == ("B", (), None)
    assert [reason.text for reason in choice.reasons] == [
        "A, B and C pass the repository's tests",
        "B and C make the same change; A is unlike it",
    ]
    apart = replace(table, rows=table.rows[:2])
    assert agreement_of_changes(apart) is None


def test_changes_agree_that_pass_the_same_written_tests() -> None:
    made = [attempt(label, text, [True]) for label, text in zip("ABC", ("one", "two", "three"), strict=True)]
    ran = [TestsRun(candidate=label, round=0, passed=(0,), tests=2) for label in "AC"]
    ran += [TestsRun(candidate="B", round=0, passed=(0, 1), tests=2)]
    table = replace(table_of(made, 1, tests=ran), change=True)
    found = agreement_of_changes(table)
    assert found is not None and found.clusters == (("A", "C"), ("B",)) and found.inputs == 2
    choice = chosen(replace(table, agreement=found), ("samples",))
    assert choice is not None and choice.grade is Grade.SAMPLES_ONLY


def test_the_same_change_is_told_as_such_where_no_written_test_passes() -> None:
    made = [attempt(label, text, [True]) for label, text in zip("ABC", ("one", "one", "two"), strict=True)]
    ran = [TestsRun(candidate=label, round=0, passed=(), tests=2) for label in "ABC"]
    table = replace(table_of(made, 1, tests=ran), change=True)
    table = replace(table, agreement=agreement_of_changes(table))
    choice = chosen(table, rules_for("E", PROBLEM))
    assert choice is not None
    assert "A and B make the same change; C is unlike it" in [reason.text for reason in choice.reasons]


def test_changes_drawn_later_are_run_on_the_tests_that_there_are() -> None:
    made = [attempt(label, text, [True]) for label, text in zip("ABC", ("one", "two", "three"), strict=True)]
    ran = [TestsRun(candidate=label, round=0, passed=(0,), tests=2) for label in "AB"]
    table = replace(table_of(made, 1, tests=ran), change=True)
    step = next_step(table, rules_for("E", PROBLEM), Allowed(tests=True))
    assert step.kind == "tests" and step.why.endswith("those that are new are run on the written tests")
    assert next_step(table, rules_for("E", PROBLEM), Allowed()).kind == "stop"
    all_ran = replace(table, rows=table.rows[:2])
    assert next_step(all_ran, rules_for("E", PROBLEM), Allowed(tests=True)).kind == "stop"


def test_no_tests_are_written_for_changes_that_all_fail_or_are_the_same() -> None:
    able = Allowed(tests=True)
    failing = table_of([attempt("A", "a", [False, True]), attempt("B", "b", [False, True])], 2)
    assert next_step(failing, rules_for("E", PROBLEM), able).kind == "stop"
    passing = table_of([attempt("A", "a", [True]), attempt("B", "b", [True])], 1)
    assert next_step(passing, rules_for("E", PROBLEM), able).kind == "tests"
    same = table_of([attempt("A", "a", [True]), attempt("B", "a", [True])], 1)
    assert next_step(same, rules_for("E", PROBLEM), able).kind == "stop"
