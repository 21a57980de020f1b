"""The judge alone: text by LiveCodeBench's rule, functions by strict JSON."""

# ruff: noqa: E501 — tables and small programs

from __future__ import annotations

import time

import pytest

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran


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
    ],
)  # fmt: skip
def test_programs_right(got: str, expected: str) -> None:
    assert judge(printed(got), expected, Mode.PROGRAM) is Verdict.OK


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("1\n3", "1\n2"), ("1 2", "1\n2"), ("1\n\n2", "1\n2"), ("", "1"), ("1", ""), ("a  b", "a b"), ("Yes", "YES"),
        ("1 2 3", "1 2"), ("nan", "1"), ("nan 1.0", "nan 1"), ("1.0000000001", "1"), ("sNaN 1", "sNaN 2"),
        ("1e999999999999999999999", "1"), ("9" * 5000, "9" * 4999 + "8"), ("[1,2]", "[1, 2]"),
    ],
)  # fmt: skip
def test_programs_wrong(got: str, expected: str) -> None:
    assert judge(printed(got), expected, Mode.PROGRAM) is Verdict.WA


def test_invalid_utf8_is_judged_and_never_raises() -> None:
    assert judge(printed(b"\xff\xfe\n1"), "\ufffd\ufffd\n1", Mode.PROGRAM) is Verdict.OK
    assert judge(printed(b"\xff"), "y", Mode.PROGRAM) is Verdict.WA


@pytest.mark.parametrize(
    ("got", "expected"),
    [("9" * 10**6, "8" * 10**6), ("1e999999999", "1e-999999999"), ("1e999999 " * 20000, "1e999998 " * 20000)],
)
def test_numbers_made_to_be_slow_are_not(got: str, expected: str) -> None:
    started = time.process_time()
    assert judge(printed(got), expected, Mode.PROGRAM) is Verdict.WA
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("[1,[2,3]]", "[1, [2, 3]]"), ("1", "1.0"), ("1.5", "1.50"), ("true", "true"), ("null", "null"),
        ('{"a":1,"b":2}', '{"b": 2, "a": 1}'), ('"x"', '"x"'), ("100000000000000000000", "1e20"), ("[]", "[]"),
        ("1" * 5000, "1" * 5000),
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
        ("[" * 100_000 + "]" * 100_000, "[]"), ("1" * 5000, "1" * 4999 + "2"),
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
