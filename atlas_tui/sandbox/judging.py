"""Whether an output is right, decided outside the sandbox on bytes and strict JSON alone.

Programs: by the rule of LiveCodeBench (``lcb_runner/evaluation/testing_util.py``): the whole and each line
stripped, equally many lines, each equal as text or, token by token, as exact decimal numbers. Functions:
equal as JSON values, where a tuple is a list, true is not 1, and 1 equals 1.0.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox.base import Ran

_LONGEST_NUMBER = 4000
"""Characters of a token that is still read as a number."""


def judge(ran: Ran, expected: str, mode: Mode) -> Verdict:
    """The verdict of ``ran`` against ``expected``: its own unless it ended well, then OK or WA.

    Raises:
        ValueError: in function mode, ``expected`` is not JSON.
    """
    if ran.verdict is not Verdict.OK:
        return ran.verdict
    if mode is Mode.FUNCTION:
        right = ran.result is not None and _same_json(ran.result, expected)
    else:
        right = _same_text(ran.stdout.decode("utf-8", "replace"), expected)
    return Verdict.OK if right else Verdict.WA


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]


def _same_text(printed: str, expected: str) -> bool:
    got, wanted = _lines(printed), _lines(expected)
    if len(got) != len(wanted):
        return False
    return all(one == other or _same_numbers(one, other) for one, other in zip(got, wanted, strict=True))


def _same_numbers(one: str, other: str) -> bool:
    """Token by token equal as exact decimals; False when any token is not a number."""
    got, wanted = one.split(), other.split()
    if len(got) != len(wanted):
        return False
    for left, right in zip(got, wanted, strict=True):
        first, second = _number(left), _number(right)
        if first is None or second is None or first != second:
            return False
    return True


def _number(token: str) -> Decimal | None:
    if len(token) > _LONGEST_NUMBER:
        return None
    try:
        value = Decimal(token)
    except InvalidOperation:
        return None
    return None if value.is_nan() else value


def _same_json(result: str, expected: str) -> bool:
    try:
        wanted = _strict(expected)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the expected value is not JSON: {error}") from error
    try:
        got = _strict(result)
    except (ValueError, RecursionError):
        return False  # forged, or nested deeper than any answer
    return _equal(got, wanted)


def _strict(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse, parse_int=_integer, object_pairs_hook=_once)


def _integer(text: str) -> int | Decimal:
    """Exact at any length: the interpreter refuses to make an int of very many digits, and would be slow."""
    return int(text) if len(text) <= _LONGEST_NUMBER else Decimal(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _equal(one: Any, other: Any) -> bool:
    """Without recursion: the nesting is the candidate's choice."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
            if left is not right:
                return False
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting.extend(zip(left, right, strict=True))
        elif isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            waiting.extend((left[key], right[key]) for key in left)
        elif isinstance(left, str) != isinstance(right, str) or left != right:
            return False
    return True
