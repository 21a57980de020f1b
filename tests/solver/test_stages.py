"""Parts of stages that need neither model nor sandbox."""

from __future__ import annotations

import json
from typing import cast

import pytest

from atlas_tui.engine.base import Engine
from atlas_tui.events import CandidateReady, Facts, PlanReady, RepairTried, RunFinished, Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox.base import Isolation, Job, Ran
from atlas_tui.settings import SolverSettings
from atlas_tui.solver.board import Attempt, Board
from atlas_tui.solver.evidence import agree
from atlas_tui.solver.failed_runs import evidence_of
from atlas_tui.solver.inputs import agreement_inputs
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.repair import verdict_on


def program(*samples: tuple[str, str]) -> Problem:
    return Problem(
        statement="s",
        mode=Mode.PROGRAM,
        samples=tuple(Sample(given=given, expected=out) for given, out in samples),
    )


def test_agreement_inputs_keep_the_shape() -> None:
    inputs = agreement_inputs(program(("3\n5 -2 9\n", "12"), ("2 2\nab\ncd\n", "x")), seed=3)
    assert inputs and inputs == agreement_inputs(
        program(("3\n5 -2 9\n", "12"), ("2 2\nab\ncd\n", "x")), seed=3
    )
    for given in inputs:
        lines = given.split("\n")
        assert lines[0] in ("3", "2 2")
        if lines[0] == "3":
            assert len(lines[1].split()) == 3
            assert sum(int(field) < 0 for field in lines[1].split()) == 1
        else:
            assert [len(line) for line in lines[1:3]] == [2, 2]


def test_values_one_a_line_after_their_count_are_changed() -> None:
    inputs = agreement_inputs(program(("3\n5\n-2\n9\n", "12")), seed=3)
    assert inputs
    for given in inputs:
        lines = given.splitlines()
        assert lines[0] == "3" and len(lines) == 4 and given.endswith("\n")


def test_agreement_inputs_of_functions_keep_the_types() -> None:
    problem = Problem(
        statement="s",
        mode=Mode.FUNCTION,
        entry_point="f",
        samples=(Sample(given='[[1, 2, 3], "abc", true, 2.5]', expected="1"),),
    )
    inputs = agreement_inputs(problem, seed=1)
    assert inputs
    for given in inputs:
        numbers, text, flag, real = json.loads(given)
        assert all(type(number) is int for number in numbers)
        assert isinstance(text, str) and set(text) <= set("abc") and isinstance(flag, bool) and real > 0


def test_malformed_arguments_give_no_inputs() -> None:
    problem = Problem(
        statement="s", mode=Mode.FUNCTION, entry_point="f", samples=(Sample(given="not json", expected="1"),)
    )
    assert agreement_inputs(problem, seed=1) == ()


def ready(round_number: int, code: str, error: str = "") -> CandidateReady:
    return CandidateReady(candidate="A", round=round_number, code=code, error=error)


def ran(round_number: int, number: int, verdict: Verdict, printed: str = "") -> RunFinished:
    return RunFinished(
        candidate="A",
        round=round_number,
        check=f"sample {number}",
        verdict=verdict,
        facts=Facts(),
        printed=printed,
    )


def test_the_board_keeps_the_latest_attempt_that_was_not_dropped() -> None:
    board = Board()
    for event in (
        PlanReady(candidate="A", approach="x", plan="p", distinct=True),
        ready(0, "a = 1"),
        ran(0, 2, Verdict.WA),
        ran(0, 1, Verdict.OK),
        ready(1, "a = 2"),
        ran(1, 1, Verdict.WA),
    ):
        board.fold(event)
    assert board.plans["A"].plan == "p"
    assert board.current()[0].ready.code == "a = 2"
    board.fold(RepairTried(candidate="A", round=1, perspective="logic", kept=False, reason="worse"))
    (standing,) = board.current()
    assert standing.ready.code == "a = 1"
    assert [run.check for run in standing.runs] == ["sample 1", "sample 2"]
    assert standing.passed == 1 and not standing.passes_all(2)


def test_a_repeated_stage_replaces_its_attempts() -> None:
    board = Board()
    board.fold(ready(0, "a = 1"))
    board.fold(ready(0, "a = 2"))
    assert [attempt.ready.code for attempt in board.history["A"]] == ["a = 2"]


@pytest.mark.parametrize(
    ("code", "error", "verdicts", "kept", "word"),
    [
        ("a = 2", "", (Verdict.OK, Verdict.OK), True, "passes 2 of 2"),
        ("a = 2", "", (Verdict.WA, Verdict.OK), False, "breaks sample 1"),
        ("a = 1  # same", "", (Verdict.OK, Verdict.WA), False, "same program"),
        ("", "no code in the reply", (), False, "no code"),
    ],
)
def test_a_repair_is_kept_only_if_it_does_no_worse(
    code: str, error: str, verdicts: tuple[Verdict, ...], kept: bool, word: str
) -> None:
    before = Attempt(ready(0, "a = 1"), (ran(0, 1, Verdict.OK), ran(0, 2, Verdict.WA)))
    after = Attempt(ready(1, code, error), tuple(ran(1, i, v) for i, v in enumerate(verdicts, 1)))
    verdict = verdict_on(before, after, perspective="logic")
    assert verdict.kept is kept
    assert word in verdict.reason


def test_repair_is_told_the_sample_that_failed_first() -> None:
    problem = program(("1\n", "one"), ("2\n", "two"))
    before = Attempt(ready(0, "a = 1"), (ran(0, 1, Verdict.OK), ran(0, 2, Verdict.WA, "zwei")))
    text = evidence_of(problem, before)
    assert "2" in text and "two" in text and "zwei" in text and "one" not in text
    assert evidence_of(problem, Attempt(ready(0, "a = 1"), (ran(0, 1, Verdict.OK),))) == ""


def test_a_fault_of_the_sandbox_is_no_evidence_against_a_program() -> None:
    problem = program(("1\n", "one"), ("2\n", "two"))
    before = Attempt(ready(0, "a = 1"), (ran(0, 1, Verdict.IE), ran(0, 2, Verdict.IE)))
    assert evidence_of(problem, before) == ""


class Scripted:
    """A sandbox whose programs say themselves what each input gives; a dash is a crash."""

    async def probe(self) -> Isolation:
        raise AssertionError("not asked")

    async def run(self, job: Job) -> Ran:
        gives = job.source.split()[int(job.stdin)]
        verdict = Verdict.RE if gives == "-" else Verdict.OK
        return Ran(verdict=verdict, stdout=gives.encode())

    async def close(self) -> None:
        return None


@pytest.mark.parametrize(
    ("programs", "clusters", "inputs"),
    [
        (("1 2", "1 2", "1 3"), ("AB", "C"), 2),
        (("1 -", "1 -", "1 3"), ("AB", "C"), 2),
        (("- -", "- -", "1 3"), ("C",), 2),
        (("- 2", "- 2", "- 2"), ("ABC",), 1),
        (("- -", "- -", "- -"), (), 0),
    ],
)
async def test_programs_that_only_crash_agree_with_nobody(
    programs: tuple[str, ...], clusters: tuple[str, ...], inputs: int
) -> None:
    attempts = [
        Attempt(CandidateReady(candidate=label, round=0, code=code))
        for label, code in zip("ABC", programs, strict=True)
    ]
    kit = Kit(engine=cast(Engine, None), sandbox=Scripted(), settings=SolverSettings(), seed=1)
    found = await agree(kit, program(), attempts, ["0", "1"])
    assert found.clusters == tuple(tuple(cluster) for cluster in clusters)
    assert found.inputs == inputs
