"""Why programs fail: classes from runs, and from the model where runs leave it open."""

from __future__ import annotations

import pytest

from atlas_tui.events import Event, FailureClass, FailureFound, Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver.failures import classify, diagnose, exception_of, kind_in
from tests.solver.stage_parts import COUNT, TWICE, all_of, attempt, kit, really_run

OK, WA, RE, TLE, IE = Verdict.OK, Verdict.WA, Verdict.RE, Verdict.TLE, Verdict.IE
FOUR = Problem(
    statement="s",
    mode=Mode.PROGRAM,
    samples=tuple(Sample(given=f"{n}\n", expected=f"{n}\n") for n in range(1, 5)),
)
ZERO = "Traceback\nZeroDivisionError: division by zero\n"


@pytest.mark.parametrize(
    ("runs", "failure"),
    [
        ([(OK, "1", "")] * 4, FailureClass.NONE),
        ([], FailureClass.OPEN),
        ([(IE, "", "")] * 4, FailureClass.OPEN),
        ([(WA, "9", "")] * 4, FailureClass.ALGORITHM),
        ([(WA, "9", ""), *[(IE, "", "")] * 3], FailureClass.OPEN),
        ([(OK, "1", ""), (OK, "2", ""), (OK, "3", ""), (WA, "9", "")], FailureClass.EDGE),
        ([(OK, "1", ""), (WA, "9", ""), (WA, "9", ""), (WA, "9", "")], FailureClass.OPEN),
        ([(TLE, "", "")] * 4, FailureClass.SLOW),
        ([(OK, "1", ""), (OK, "2", ""), (OK, "3", ""), (TLE, "", "")], FailureClass.SLOW),
        ([(WA, "9", ""), (RE, "", ZERO), (RE, "", ZERO), (OK, "4", "")], FailureClass.CRASH),
        ([(RE, "", ZERO), (TLE, "", "")], FailureClass.CRASH),
        ([(Verdict.MLE, "", "")], FailureClass.MEMORY),
        ([(Verdict.SV, "", "")], FailureClass.CRASH),
        ([(Verdict.CE, "", "")], FailureClass.UNUSABLE),
        ([(WA, "", "")] * 4, FailureClass.FORMAT),
        ([(WA, "[1]", ""), (WA, "[2]", "")], FailureClass.FORMAT),
        ([(WA, "The answer is 1.", ""), (WA, "The answer is 2.", "")], FailureClass.FORMAT),
        ([(WA, "", ""), (OK, "2", ""), (OK, "3", ""), (OK, "4", "")], FailureClass.EDGE),
    ],
)
def test_classes_from_evidence(runs: list[tuple[Verdict, str, str]], failure: FailureClass) -> None:
    assert classify(FOUR, attempt("a = 1", *runs)) is failure


def test_a_program_that_cannot_be_used() -> None:
    assert classify(FOUR, attempt("", error="no code in the reply")) is FailureClass.UNUSABLE


@pytest.mark.parametrize(
    ("expected", "printed", "failure"),
    [
        ("Yes", "YES", FailureClass.FORMAT),
        ("1 2\n3\n", "1\n2\n3\n", FailureClass.FORMAT),
        ("1 2 3", "3 2 1", FailureClass.OPEN),
        ("5", "5 6", FailureClass.OPEN),
        ("a b", "a c", FailureClass.OPEN),
    ],
)
def test_the_form_of_an_answer(expected: str, printed: str, failure: FailureClass) -> None:
    problem = Problem(statement="s", mode=Mode.PROGRAM, samples=(Sample(given="1\n", expected=expected),))
    assert classify(problem, attempt("a = 1", (WA, printed, ""))) is failure


@pytest.mark.parametrize(
    ("expected", "printed", "failure"),
    [
        ("[1, 2]", '"1 2"', FailureClass.FORMAT),
        ("5", '"5"', FailureClass.FORMAT),
        ("5", "null", FailureClass.FORMAT),
        ("null", "5", FailureClass.OPEN),
        ("[[1, 2], [3]]", "[[1], [2, 3]]", FailureClass.OPEN),
        ("[1, 2]", "[2, 1]", FailureClass.OPEN),
    ],
)
def test_the_form_of_a_value(expected: str, printed: str, failure: FailureClass) -> None:
    problem = Problem(
        statement="s",
        mode=Mode.FUNCTION,
        entry_point="f",
        samples=(Sample(given="[1]", expected=expected),),
    )
    assert classify(problem, attempt("a = 1", (WA, printed, ""))) is failure


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("Kind: edge", FailureClass.EDGE),
        ("The loop is fine.\n**Kind:** Algorithm\n", FailureClass.ALGORITHM),
        ("Kind: edge\nKind: format", FailureClass.OPEN),
        ("It is an edge case.", FailureClass.OPEN),
        ("", FailureClass.OPEN),
    ],
)
def test_the_kind_in_a_reply(reply: str, failure: FailureClass) -> None:
    assert kind_in(reply) is failure


def found(seen: list[Event]) -> FailureFound:
    assert isinstance(seen[-1], FailureFound)
    return seen[-1]


async def test_real_runs_are_classed() -> None:
    programs = {
        "n = int(input())\nprint(n // (n - 10) * 0 + 2 * n)": FailureClass.CRASH,
        "print(int(input()) * 3)": FailureClass.ALGORITHM,
        "n = int(input())\nprint(6)": FailureClass.EDGE,
        "n = int(input())\nprint(f'Result = {2 * n}')": FailureClass.FORMAT,
        "def main():\n    print(2 * int(input()))": FailureClass.FORMAT,
    }
    async with kit() as made:
        for code, failure in programs.items():
            ran = await really_run(made, TWICE, code)
            assert classify(TWICE, ran) is failure, code
        crashed = await really_run(made, TWICE, "print(1 // (int(input()) - 3))")
        unnamed = await really_run(made, COUNT, "def other(): pass")
    assert exception_of(crashed) == "ZeroDivisionError"
    assert classify(COUNT, unnamed) is FailureClass.UNUSABLE


async def test_the_model_is_asked_only_where_it_is_open() -> None:
    one = Problem(statement="s", mode=Mode.PROGRAM, samples=(Sample(given="1\n", expected="1\n"),))
    async with kit({"What kind of mistake": ["Kind: edge"]}) as made:
        asked = await all_of(diagnose(made, one, attempt("a = 1", (WA, "9", ""))))
        told = await all_of(diagnose(made, one, attempt("a = 1", (RE, "", ZERO))))
    assert (found(asked).failure, found(asked).source) == (FailureClass.EDGE, "model")
    assert len(told) == 1
    assert (found(told).failure, found(told).source) == (FailureClass.CRASH, "evidence")
