"""Repair: real evidence, four perspectives, anchors, no repeats, and what goes into the events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atlas_tui.events import CandidateReady, Event, FailureClass, RepairTried, Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver import prompting_more
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.failed_runs import error_line, evidence_of, full_evidence
from atlas_tui.solver.prompting_more import order_for, perspectives, short_code
from atlas_tui.solver.repair import next_perspective, repair_one, verdict_on
from tests.solver.stage_parts import SUM, TWICE, all_of, attempt, kit, really_run

OK, WA = Verdict.OK, Verdict.WA
LOGIC, MISSING, ASSUMPTIONS, DIFFERENT = perspectives()


def test_every_class_has_all_four_perspectives_in_its_own_order() -> None:
    for failure in FailureClass:
        assert {each.name for each in order_for(failure)} == {each.name for each in perspectives()}
    assert order_for(FailureClass.SLOW)[0] is DIFFERENT
    assert order_for(FailureClass.EDGE)[0] is MISSING


def test_each_perspective_is_used_once() -> None:
    used: list[str] = []
    while (each := next_perspective(FailureClass.CRASH, used)) is not None:
        used.append(each.name)
    assert used == ["wrong assumptions", "logic", "missing information", "different approach"]


def test_evidence_is_the_failed_sample_in_full() -> None:
    failed = attempt("a = 1", (OK, "6", ""), (WA, "30", ""))
    text = full_evidence(TWICE, failed)
    assert text.startswith("On the input\n10\nthe right answer is\n20\nbut it gave\n30")
    assert text.endswith("must stay so:\n3")
    assert evidence_of(TWICE, failed) == "On the input\n10\nthe right answer is\n20\nbut it gave\n30"


def test_evidence_of_limits_names_them() -> None:
    assert "It may take 4 seconds." in full_evidence(TWICE, attempt("a = 1", (Verdict.TLE, "", "")))
    assert "It may use 512 MB." in full_evidence(TWICE, attempt("a = 1", (Verdict.MLE, "", "")))


def test_a_second_way_of_failing_is_told_too() -> None:
    problem = replace(TWICE, samples=(*TWICE.samples, Sample(given="0\n", expected="0\n")))
    both = attempt("a = 1", (WA, "1", ""), (WA, "2", ""), (Verdict.TLE, "", ""))
    text = full_evidence(problem, both)
    assert "3\nthe right" in text and "0\nthe right" in text and "10\nthe right" not in text


def test_what_never_failed_has_no_evidence() -> None:
    assert full_evidence(TWICE, attempt("a = 1", (OK, "6", ""))) == ""
    assert full_evidence(TWICE, attempt("a = 1", (Verdict.IE, "", ""))) == ""
    assert full_evidence(TWICE, attempt("a = 1")) == ""


async def test_evidence_of_a_real_crash_holds_its_traceback() -> None:
    code = "def half(n):\n    return n // (n - 3)\n\nprint(half(int(input())))"
    async with kit() as made:
        crashed = await really_run(made, TWICE, code)
    text = full_evidence(TWICE, crashed)
    assert "The last lines of its error:\n" in text and "in half" in text and "ZeroDivisionError" in text
    assert error_line(crashed) == 2


def test_the_last_change_that_did_not_help_is_told_with_what_it_showed() -> None:
    standing = attempt("n = int(input())\nprint(n)", (WA, "3", ""))
    dropped = attempt("n = int(input())\nprint(n * 4)", (WA, "12", ""), round_number=1)
    text = full_evidence(TWICE, standing, [dropped])
    assert "-print(n)\n+print(n * 4)" in text and text.endswith("but it gave\n12")
    assert "did not help" not in full_evidence(TWICE, standing, [standing])


def test_long_programs_are_cut_around_their_error() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(1, 1001))
    assert short_code("a = 1\n") == "a = 1"
    for line in (0, 3, 500, 999, 1000, 5000):
        text = short_code(code, 2000, line)
        assert len(text) < 2200 and text.startswith("line_1 = 1\n") and "lines left out" in text
        shown = text.splitlines()
        assert all(each.startswith(("line_", "# …")) for each in shown)
        if 0 < line <= 1000:
            assert f"line_{line} = {line}" in shown
        left_out = sum(int(each.split()[2].replace(",", "")) for each in shown if each.startswith("#"))
        assert left_out + sum(each.startswith("line_") for each in shown) == 1000


def test_a_repair_that_repeats_any_earlier_one_is_dropped() -> None:
    before = attempt("a = 1", (OK, "6", ""), (WA, "9", ""))
    tried = [attempt("a = 2", (WA, "", ""), round_number=1)]
    after = attempt("a = 2  # again", (OK, "6", ""), (OK, "20", ""), round_number=2)
    verdict = verdict_on(before, after, perspective=LOGIC.name, tried=[*tried, after])
    assert not verdict.kept and verdict.reason == "the same program as in round 1"


def test_the_event_holds_a_branch_of_the_tree() -> None:
    before = attempt("a = 1", (OK, "6", ""), (WA, "9", ""), round_number=3)
    after = attempt("a = 2", (OK, "6", ""), (OK, "20", ""), round_number=4)
    found = verdict_on(before, after, perspective=MISSING.name, failure=FailureClass.EDGE)
    wanted = RepairTried(
        at=found.at,
        candidate="A",
        round=4,
        perspective="missing information",
        kept=True,
        reason="passes 2 of 2 samples, 1 before",
        parent=3,
        failure=FailureClass.EDGE,
        before=1,
        after=2,
    )
    assert found == wanted
    again = attempt("a = 3", (WA, "1", ""), (OK, "20", ""), round_number=4)
    broken = verdict_on(before, again, perspective=LOGIC.name)
    assert not broken.kept and broken.reason == "breaks sample 1, which passed before"
    empty = attempt("", round_number=4, error="no code in the reply")
    unusable = verdict_on(before, empty, perspective=LOGIC.name)
    assert not unusable.kept and unusable.after is None


def program(seen: list[Event]) -> CandidateReady:
    assert isinstance(seen[-1], CandidateReady)
    return seen[-1]


FIRST = "n = int(input())\nprint(n)"
SECOND = "n = int(input())\nprint(n * n)"
THIRD = "n = int(input())\nprint(n + n)"


async def test_a_loop_of_repairs_on_real_parts_ends_with_the_right_program() -> None:
    """Each is run at once, and the next is told what it showed."""
    replies = {
        "but it gave\n9": [f"Approach: add it.\n```python\n{THIRD}\n```"],
        "but it gave\n3": [f"Mistake: it is not changed.\n```python\n{SECOND}\n```"],
    }
    tree: list[RepairTried] = []
    async with kit(replies) as made:
        standing, tried = await really_run(made, TWICE, FIRST), list[Attempt]()
        for number in range(1, 5):
            perspective = next_perspective(FailureClass.ALGORITHM, [each.perspective for each in tree])
            assert perspective is not None
            ready = program(await all_of(repair_one(made, TWICE, standing, number, perspective, tried)))
            assert ready.round == number and ready.candidate == "A"
            fresh = await really_run(made, TWICE, ready.code, number)
            tree.append(verdict_on(standing, fresh, perspective=perspective.name, tried=tried))
            tried.append(fresh)
            standing = fresh if tree[-1].kept else standing
            if standing.passes_all(2):
                break
    assert [(each.parent, each.round, each.kept, each.before, each.after) for each in tree] == [
        (0, 1, True, 0, 0),
        (1, 2, True, 0, 2),
    ]
    assert standing.ready.code.strip() == THIRD


async def test_each_perspective_asks_by_its_own_question() -> None:
    right = f"```python\n{THIRD}\n```"
    replies = {MISSING.question: [right], "This attempt fails": ["No."]}
    failed = attempt(FIRST, (WA, "3", ""), (WA, "10", ""))
    async with kit(replies) as made:
        asked = {
            each.name: program(await all_of(repair_one(made, TWICE, failed, 1, each)))
            for each in (MISSING, LOGIC)
        }
    assert asked[MISSING.name].code == THIRD + "\n"
    assert asked[LOGIC.name].error


async def test_the_thinking_budget_of_a_repair_is_told() -> None:
    async with kit({"This attempt fails": [f"```python\n{THIRD}\n```"]}, thinking_tokens=8) as made:
        ready = program(await all_of(repair_one(made, TWICE, attempt(FIRST, (WA, "3", "")), 1, LOGIC)))
    assert ready.thinking_budget == 8 and ready.thinking_end == "budget"


async def test_the_budget_of_a_repair_is_kept() -> None:
    long = "\n".join(f"# line {number}" for number in range(400))
    async with kit({"This attempt fails": [f"```python\n{long}\n```"]}) as made:
        failed = attempt(FIRST, (WA, "3", ""))
        ready = program(await all_of(repair_one(made, TWICE, failed, 1, LOGIC, tokens=32)))
    assert ready.cut and ready.tokens <= 32


@pytest.mark.parametrize(
    "standing",
    [attempt("", (WA, "3", "")), attempt("a = 1", (OK, "6", "")), attempt("a = 1")],
    ids=["no program", "nothing failed", "nothing run"],
)
async def test_nothing_is_asked_where_there_is_nothing_to_repair(standing: Attempt) -> None:
    async with kit() as made:
        assert await all_of(repair_one(made, TWICE, standing, 1, LOGIC)) == []


def test_texts_of_others_stand_in_the_prompt_as_they_are() -> None:
    problem = Problem(statement="{x}", mode=Mode.PROGRAM, samples=SUM.samples)
    text = prompting_more.repair(problem, "print({1})\n", "On {y}", DIFFERENT)[1].content
    assert "```python\nprint({1})\n```\nOn {y}\n" in text and DIFFERENT.question in text


def test_one_endless_line_is_cut_too() -> None:
    assert len(short_code("x = '" + "a" * 50_000 + "'", 2000)) < 4100
