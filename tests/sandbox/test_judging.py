"""The judge alone: text by LiveCodeBench's rule, functions by strict JSON."""

# ruff: noqa: E501 — tables and small programs

from __future__ import annotations

import time

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran
from atlas_tui.sandbox.judging import Rule, judge_by, overall

MILLION = 10**6


def printed(text: str | bytes) -> Ran:
    return Ran(verdict=Verdict.OK, stdout=text.encode() if isinstance(text, str) else text)


def returned(result: str | None) -> Ran:
    return Ran(verdict=Verdict.OK, result=result)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("1 \n2", "1\n2"), ("\n\n1\n2\n\n", "1\n2"), ("1\r\n2\r\n", "1\n2"), ("  a b  ", "a b"), ("", ""),
        ("1.0", "1"), ("0.50 1e2", "0.5 100"), ("1  2", "1 2"), ("-0", "0"), ("x\n1.0", "x\n1"),
        ("9" * 3000, "9" * 3000), ("z" * 10**6, "z" * 10**6), ("\n \n1", "1"),
        ("inf 1.0", "Infinity 1"), ("1_000 1", "1000 1"), ("9" * 5000 + " 1.0", "9" * 5000 + " 1"),
    ],
)  # fmt: skip
def test_programs_right(got: str, expected: str) -> None:
    assert judge(printed(got), expected, Mode.PROGRAM) is Verdict.OK


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("1\n3", "1\n2"), ("1 2", "1\n2"), ("1\n\n2", "1\n2"), ("", "1"), ("1", ""), ("a  b", "a b"), ("Yes", "YES"),
        ("1 2 3", "1 2"), ("nan", "1"), ("nan 1.0", "nan 1"), ("1.0000000001", "1"), ("sNaN 1", "sNaN 2"),
        ("1e999999999999999999999", "1"), ("9" * 5000, "9" * 4999 + "8"), ("[1,2]", "[1, 2]"), ("x 1.0", "x 1"), ("nan", "NaN"),
        ("1 2\n3 4", "1 2\n3 5"), ("z" * 5000 + " 1.0", "z" * 5000 + " 1"), ("0x10", "16"),
    ],
)  # fmt: skip
def test_programs_wrong(got: str, expected: str) -> None:
    assert judge(printed(got), expected, Mode.PROGRAM) is Verdict.WA


def test_invalid_utf8_is_judged_and_never_raises() -> None:
    assert judge(printed(b"\xff\xfe\n1"), "\ufffd\ufffd\n1", Mode.PROGRAM) is Verdict.OK
    assert judge(printed(b"\xff"), "y", Mode.PROGRAM) is Verdict.WA


HOSTILE_TEXT = {
    "a million tokens": ("1 " * MILLION, "1"),
    "as many as expected, one wrong": ("1.0 " * (MILLION // 4) + "2", "1 " * (MILLION // 4) + "1"),
    "as many lines as expected": ("1.0\n" * (MILLION // 4) + "2", "1\n" * (MILLION // 4) + "1"),
    "a million lines": ("\n1" * MILLION, "1"),
    "a million digits": ("9" * MILLION, "8" * MILLION),
    "a million digits after the point": ("0." + "0" * MILLION + "1", "0"),
    "exponents": ("1e999999999", "1E-999999999"),
    "greatest exponents": ("9e999999999999999999", "-9e999999999999999999"),
    "impossible exponents": ("1e" + "9" * MILLION, "1"),
    "many exponents": ("1e999999 " * 20000, "1e999998 " * 20000),
    "minus signs": ("-" * MILLION, "-1"),
    "underscores": ("1_" * MILLION + "1", "1"),
    "blanks": (" " * MILLION + "\t" * MILLION + "x", "1"),
    "infinite": ("inf", "1e999999999"),
    "wide digits": ("\u0669" * MILLION, "9"),
}
"""What is printed, and what is expected: all wrong, and all to be told so at once."""


@pytest.mark.parametrize("rule", [Rule(), Rule(tolerance=1e-6)], ids=["exact", "tolerance"])
@pytest.mark.parametrize("name", HOSTILE_TEXT)
def test_output_made_to_be_slow_to_judge_is_not(name: str, rule: Rule) -> None:
    got, expected = HOSTILE_TEXT[name]
    started = time.process_time()
    assert judge(printed(got), expected, Mode.PROGRAM, rule) is Verdict.WA
    assert time.process_time() - started < 1.0


HOSTILE_JSON = {
    "nested": "[" * 100_000 + "]" * 100_000,
    "nested and open": "[" * MILLION,
    "nested objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "a million digits": "9" * MILLION,
    "a million digits after the point": "0." + "9" * MILLION,
    "exponent": "1e999999999",
    "small exponent": "1E-999999999",
    "impossible exponent": "1e" + "9" * MILLION,
    "long numbers": "[" + ("7" * 4000 + ",") * 250 + "1]",
    "many numbers": "[" + "1," * (MILLION // 2) + "1]",
    "many keys": "{" + ",".join(f'"{n}":1' for n in range(80_000)) + "}",
    "the same key": "{" + '"a":1,' * 100_000 + '"a":1}',
    "NaN": "NaN", "infinite": "-Infinity", "lone surrogate": '"\\ud800"',
}  # fmt: skip


@pytest.mark.parametrize("rule", [Rule(), Rule(tolerance=1e-6)], ids=["exact", "tolerance"])
@pytest.mark.parametrize("name", HOSTILE_JSON)
def test_values_made_to_be_slow_to_judge_are_not(name: str, rule: Rule) -> None:
    started = time.process_time()
    assert judge(returned(HOSTILE_JSON[name]), "[7.5]", Mode.FUNCTION, rule) is Verdict.WA
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("[1,[2,3]]", "[1, [2, 3]]"), ("1", "1.0"), ("1.5", "1.50"), ("true", "true"), ("null", "null"),
        ('{"a":1,"b":2}', '{"b": 2, "a": 1}'), ('"x"', '"x"'), ("100000000000000000000", "1e20"), ("[]", "[]"),
        ("1" * 5000, "1" * 5000), ("1e400", "1e400"), ("[" * 900 + "]" * 900, "[" * 900 + "]" * 900),
        ("[0.1,null,false]", "[1e-1,null,false]"),
    ],
)  # fmt: skip
def test_functions_right(got: str, expected: str) -> None:
    assert judge(returned(got), expected, Mode.FUNCTION) is Verdict.OK


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("1", "true"), ("true", "1"), ("0", "false"), ("null", "0"), ("null", "false"), ('"1"', "1"), ("[1]", "1"),
        ("[1,2]", "[2,1]"), ("[1]", "[1,2]"), ('{"a":1}', '{"a":2}'), ('{"a":1}', '{"b":1}'), ("[true]", "[1]"),
        ("{}", "[]"), ("1.5", "1.25"), ("NaN", "1"), ("1 garbage", "1"), ("", "1"), ('{"a":1,"a":2}', '{"a":2}'),
        ("[" * 100_000 + "]" * 100_000, "[]"), ("1" * 5000, "1" * 4999 + "2"), ("1e400", "1e401"), ("1e99999999999999999999", "1"),
        ("[1,true]", "[1,1]"), ('{"a":[0]}', '{"a":[false]}'), ("[[1],[2]]", "[[1],[2.5]]"), ("-1e400", "1e400"),
    ],
)  # fmt: skip
def test_functions_wrong(got: str, expected: str) -> None:
    assert judge(returned(got), expected, Mode.FUNCTION) is Verdict.WA


def test_no_result_is_wrong() -> None:
    assert judge(returned(None), "null", Mode.FUNCTION) is Verdict.WA


@pytest.mark.parametrize("expected", ["", "[1", "NaN", "{'a': 1}"])
def test_an_expected_value_that_is_not_json_is_our_error(expected: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        judge(returned("1"), expected, Mode.FUNCTION)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.OK])
@pytest.mark.parametrize("mode", Mode)
def test_never_ok_unless_it_ended_well(verdict: Verdict, mode: Mode) -> None:
    ran = Ran(verdict=verdict, stdout=b"1", result="1")
    assert judge(ran, "1", mode) is verdict


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("0.3333333", "0.33333333333"), ("1000001", "1000000"), ("-0.0000001", "0"), ("0.0000009", "0"),
        ("Case 1: 0.5000001", "Case 1: 0.5"), ("a  0.5", "a 0.5"), ("1e-999999999", "0"), ("nan", "nan"),
        ("0.500001", "0.5"), ("inf", "Infinity"), ("1 2.0000001\n3", "1 2\n3.0000001"),
    ],
)  # fmt: skip
def test_within_a_tolerance(got: str, expected: str) -> None:
    rule = Rule(tolerance=1e-6)
    assert judge(printed(got), expected, Mode.PROGRAM, rule) is Verdict.OK
    if got != expected:
        assert judge(printed(got), expected, Mode.PROGRAM) is (Verdict.OK if got == "inf" else Verdict.WA), (
            "no tolerance unless it is asked for"
        )


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("0.33333", "0.33333333"), ("1000002", "1000000"), ("0.0000011", "0"), ("Case 2: 0.5", "Case 1: 0.5"),
        ("inf", "1"), ("-inf", "inf"), ("1", "inf"), ("nan", "1"), ("1e999999999", "1e999999998"), ("0.5 0.5", "0.5"),
        ("0.5\n", "0.5\n0.5"), ("0.5x", "0.5"), ("", "0"), ("9" * 5000, "9" * 4999 + "8"), ("True", "1"),
        ("9e999999999999999999", "1"), ("0.50000100000001", "0.5"),
    ],
)  # fmt: skip
def test_outside_a_tolerance(got: str, expected: str) -> None:
    assert judge(printed(got), expected, Mode.PROGRAM, Rule(tolerance=1e-6)) is Verdict.WA


@pytest.mark.parametrize(
    ("got", "expected", "verdict"),
    [
        ("[0.30000000000000004,{\"a\":1}]", "[0.3,{\"a\":1.0000001}]", Verdict.OK), ("1000001", "1e6", Verdict.OK),
        ("1e400", "1.0000001e400", Verdict.OK), ("0.5", "0.6", Verdict.WA), ("true", "1", Verdict.WA),
        ("0", "false", Verdict.WA), ("[true]", "[1.0]", Verdict.WA), ("null", "0", Verdict.WA), ('"0.5"', "0.5", Verdict.WA),
        ('"0.5"', '"0.5000001"', Verdict.WA), ("1e999999999", "1", Verdict.WA), ("NaN", "1", Verdict.WA),
        ("[0.5,0.5]", "[0.5]", Verdict.WA), ("9" * 5000, "1", Verdict.WA),
    ],
)  # fmt: skip
def test_functions_within_a_tolerance(got: str, expected: str, verdict: Verdict) -> None:
    assert judge(returned(got), expected, Mode.FUNCTION, Rule(tolerance=1e-6)) is verdict


@pytest.mark.parametrize("tolerance", [-1e-9, 1.0, float("nan"), float("inf")])
def test_an_impossible_tolerance_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance"):
        Rule(tolerance=tolerance)


def test_a_trusted_checker_decides() -> None:
    def divides(given: str, shown: str, expected: str) -> bool:
        return int(given) % int(shown) == 0 and expected == "any"

    assert judge_by(divides, printed("3"), "12", "any") == (Verdict.OK, "")
    assert judge_by(divides, returned("5"), "12", "any") == (Verdict.WA, "")
    verdict, note = judge_by(divides, printed("x"), "12", "any")
    assert verdict is Verdict.IE and note.startswith("the checker failed: ValueError")
    killed = Ran(verdict=Verdict.TLE, stdout=b"3")
    assert judge_by(divides, killed, "12", "any") == (Verdict.TLE, "")


@pytest.mark.parametrize("answer", [None, 1, "yes", [True]])
def test_a_trusted_checker_answers_true_or_false(answer: object) -> None:
    verdict, note = judge_by(lambda *_: answer, printed("3"), "", "")  # type: ignore[arg-type,return-value]
    assert verdict is Verdict.IE and "not True or False" in note


@pytest.mark.parametrize(
    ("verdicts", "tests", "verdict"),
    [
        ("OK OK", 2, "OK"), ("OK", 2, "IE"), ("", 0, "IE"), ("", 3, "IE"), ("OK OK", 1, "IE"), ("OK", 0, "IE"),
        ("OK WA", 2, "WA"), ("WA", 5, "WA"), ("WA RE OK", 3, "RE"), ("TLE MLE", 2, "TLE"), ("OLE MLE RE", 3, "MLE"),
        ("RE OLE", 2, "OLE"), ("SV TLE", 2, "SV"), ("SV CE", 2, "CE"), ("CE IE WA", 3, "IE"),
    ],
)  # fmt: skip
def test_a_set_is_ok_when_every_test_ran_and_is_ok(verdicts: str, tests: int, verdict: str) -> None:
    assert overall([Verdict(word) for word in verdicts.split()], tests) is Verdict(verdict)
