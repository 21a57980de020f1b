"""What is told of a choice among changes in a repository: checks by its tests, and the smaller change."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from atlas_tui.events import CandidateReady, ChangedFile, Facts, RunFinished, Verdict
from atlas_tui.facts import Reason
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.choose import chosen, table_of
from atlas_tui.solver.choose_rules import EVERYTHING
from atlas_tui.solver.choose_words import sentence
from atlas_tui.solver.repair import verdict_on
from atlas_tui.solver.steps import Allowed, next_step


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
        "A and B pass the only check by the repository's tests",
        "B is the smaller change",
    ]


def test_what_comes_next_speaks_of_checks() -> None:
    failing = table_of([attempt("A", "a", [False, False])], 2)
    assert next_step(failing, EVERYTHING, Allowed(more=True)).why.startswith("no candidate passes all checks")
    assert (
        next_step(table_of([attempt("A", "a", [True])], 1), EVERYTHING, Allowed()).why
        == "one candidate passes the checks"
    )
    tried = verdict_on(
        attempt("A", "a", [False, True]), attempt("A", "b", [True, True], 1), perspective="logic"
    )
    assert tried.reason == "passes 2 of 2 checks, 1 before"
    worse = verdict_on(
        attempt("A", "a", [False, True]), attempt("A", "b", [True, False], 1), perspective="logic"
    )
    assert worse.reason == "breaks check 2, which passed before"


@pytest.mark.parametrize(("reason", "words"), [
    (Reason(rule="samples", text="", of=0), "no test decides on the change"),
    (Reason(rule="samples", text="", of=3, kept=("A",), scores=(("A", 1.0),)),
     "none passes all checks by the repository's tests; A passes 1 of 3"),
    (Reason(rule="samples", text="", of=3, kept=("A",), scores=(("A", 0.0),)),
     "no candidate passes any of the 3 checks"),
    (Reason(rule="length", text="", kept=("A", "B")), "the changes of A and B are equally large"),
    (Reason(rule="length", text="", kept=("A", "B"), lost=("C",)), "A and B are the smaller changes"),
    (Reason(rule="self-tests", text="", of=2, kept=("A",), lost=("C",)),
     "changes and 2 written tests, weighed against each other, speak for A"),
])  # fmt: skip
def test_each_sentence(reason: Reason, words: str) -> None:
    assert sentence(reason, change=True) == words
    assert sentence(reason) != words
