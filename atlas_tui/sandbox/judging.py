"""Whether an output is right, decided outside the sandbox on bytes and strict JSON alone.

Programs: by the rule of LiveCodeBench (``lcb_runner/evaluation/testing_util.py``): the whole and each line
stripped, equally many lines, each equal as text or, token by token, as exact decimal numbers. Functions:
equal as JSON values, where a tuple is a list, true is not 1, and 1 equals 1.0. Nothing is rounded unless the
problem asks for it (``Rule``), and the work is bounded whatever was printed.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from typing import Any

from atlas_tui.events import Verdict
from atlas_tui.problem import Mode
from atlas_tui.sandbox.base import Ran

log = logging.getLogger(__name__)

_LONGEST_NUMBER = 4000
"""Characters of a token that is still read as a number where it differs as text."""
_ROUGHLY = Context(prec=50, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""For differences: numbers of any exponent are subtracted without being written out, and nothing raises."""
_PLAIN = frozenset({int, float, str, bool, type(None)})
_WORST_FIRST = tuple(Verdict)

Checker = Callable[[str, str, str], bool]
"""A trusted rule of ours for several right answers: what was given, what was printed, what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How far from the expected output a right one may be; not at all unless the problem says so."""

    tolerance: float = 0.0
    """A number is right within this of the expected one, absolutely or relative to it. 0 to below 1.

    With a tolerance, the tokens of a line are compared one by one: equal as text, or numbers near enough.
    """

    def __post_init__(self) -> None:
        if not 0 <= self.tolerance < 1:
            raise ValueError(f"a tolerance is at least 0 and below 1, not {self.tolerance}")


EXACT = Rule()


def judge(ran: Ran, expected: str, mode: Mode, rule: Rule = EXACT) -> Verdict:
    """The verdict of ``ran`` against ``expected``: its own unless it ended well, then OK or WA.

    Raises:
        ValueError: in function mode, ``expected`` is not JSON.
    """
    if ran.verdict is not Verdict.OK:
        return ran.verdict
    tolerance = Decimal(repr(rule.tolerance))
    if mode is Mode.FUNCTION:
        right = ran.result is not None and _same_json(ran.result, expected, tolerance)
    else:
        right = _same_text(printed(ran), expected, tolerance)
    return Verdict.OK if right else Verdict.WA


def judge_by(checker: Checker, ran: Ran, given: str, expected: str) -> tuple[Verdict, str]:
    """The verdict of ``ran`` by a trusted rule of ours, which runs in this process; and a note, often empty.

    A rule that raises or answers neither True nor False is our fault: IE, and the note says so. What a person
    brings along is not trusted: see ``checking.check``.
    """
    if ran.verdict is not Verdict.OK:
        return ran.verdict, ""
    try:
        answer: object = checker(given, printed(ran), expected)
    except Exception as error:
        log.warning("a checker broke", exc_info=error)
        return Verdict.IE, f"the checker failed: {type(error).__name__}: {error}"[:300]
    if answer is True or answer is False:
        return (Verdict.OK if answer else Verdict.WA), ""
    return Verdict.IE, f"the checker failed: it answered {answer!r:.100}, not True or False"


def printed(ran: Ran) -> str:
    """What is judged: the returned value as JSON, or standard output with U+FFFD for what is not UTF-8."""
    return ran.stdout.decode("utf-8", "replace") if ran.result is None else ran.result


def overall(verdicts: Sequence[Verdict], tests: int) -> Verdict:
    """The verdict of one candidate on a set of ``tests`` tests, from those of the tests that were run.

    OK only if every test was run and is OK. Otherwise the worst one there is; a set that was left early at a
    failing test has the verdict of that failure. IE where nothing failed and yet not every test was run, or
    there are none: that nothing was checked is never OK.
    """
    failed = [verdict for verdict in verdicts if verdict is not Verdict.OK]
    if failed:
        return min(failed, key=_WORST_FIRST.index)
    return Verdict.OK if len(verdicts) == tests > 0 else Verdict.IE


# --- programs


def _same_text(got: str, expected: str, tolerance: Decimal) -> bool:
    got, expected = got.strip(), expected.strip()
    if got.count("\n") != expected.count("\n"):
        return False
    # A set, here and for tokens: what repeats a million times is compared once.
    lines = set(zip(got.split("\n"), expected.split("\n"), strict=True))
    pairs: set[tuple[str, str]] = set()
    for one, other in lines:
        if one.strip() == other.strip():
            continue
        left, right = one.split(), other.split()
        if len(left) != len(right):
            return False
        pairs.update(zip(left, right, strict=True))
    return _near_tokens(pairs, tolerance) if tolerance else _same_numbers(pairs)


def _same_numbers(pairs: set[tuple[str, str]]) -> bool:
    """Whether all tokens are numbers, and each equal to the other of its pair."""
    if any(left != right and max(len(left), len(right)) > _LONGEST_NUMBER for left, right in pairs):
        return False
    try:
        return all(Decimal(left) == Decimal(right) for left, right in pairs)
    except InvalidOperation:  # not a number, or a signalling NaN
        return False


def _near_tokens(pairs: set[tuple[str, str]], tolerance: Decimal) -> bool:
    for left, right in pairs:
        if left == right:
            continue
        if max(len(left), len(right)) > _LONGEST_NUMBER:
            return False
        got, wanted = _number(left), _number(right)
        if got is None or wanted is None or not _near(got, wanted, tolerance):
            return False
    return True


def _number(token: str) -> Decimal | None:
    try:
        value = Decimal(token)
    except InvalidOperation:
        return None
    return None if value.is_nan() else value


def _near(got: Decimal, wanted: Decimal, tolerance: Decimal) -> bool:
    """Equal, or finite and apart by at most ``tolerance``, absolutely or relative to ``wanted``."""
    if got == wanted:
        return True
    if not tolerance or not got.is_finite() or not wanted.is_finite():
        return False
    apart = _ROUGHLY.subtract(got, wanted).copy_abs()
    return apart <= _ROUGHLY.multiply(tolerance, max(Decimal(1), wanted.copy_abs()))


# --- functions


def _same_json(result: str, expected: str, tolerance: Decimal) -> bool:
    try:
        wanted = _strict(expected)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the expected value is not JSON: {error}") from error
    try:
        got = _strict(result)
    except (ValueError, RecursionError):
        return False  # forged, or nested deeper than any answer
    return (bool(tolerance) or _may_be_equal(got, wanted)) and _equal(got, wanted, tolerance)


def _strict(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(
        text, parse_constant=refuse, parse_int=_integer, parse_float=_real, object_pairs_hook=_once
    )


def _integer(text: str) -> int | Decimal:
    """Exact at any length: the interpreter refuses to make an int of very many digits, and would be slow."""
    return int(text) if len(text) <= _LONGEST_NUMBER else Decimal(text)


def _real(text: str) -> float | Decimal:
    """A float, or exact where that would be infinite: two different numbers would be equal."""
    value = float(text)
    if math.isfinite(value):
        return value
    exact = _number(text)
    if exact is None:
        raise ValueError("the exponent of a number is too large")
    return exact


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _may_be_equal(one: Any, other: Any) -> bool:
    """False where even the language's own, laxer and faster comparison tells them apart."""
    try:
        return bool(one == other)
    except RecursionError:
        return True


def _equal(one: Any, other: Any, tolerance: Decimal) -> bool:
    """Without recursion: the nesting is the candidate's choice."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            waiting.extend(_unsettled(zip(left, right, strict=True)))
        elif isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            waiting.extend(_unsettled((left[key], right[key]) for key in left))
        elif not _equal_leaves(left, right, tolerance):
            return False
    return True


def _unsettled(pairs: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """All but the equal plain values of one type, which most are."""
    for pair in pairs:
        kind = type(pair[0])
        if kind not in _PLAIN or kind is not type(pair[1]) or pair[0] != pair[1]:
            yield pair


def _equal_leaves(left: Any, right: Any, tolerance: Decimal) -> bool:
    """Two values that are not both arrays or both objects. Only numbers may differ, by the tolerance."""
    if _is_number(left) and _is_number(right):
        return bool(left == right) or (bool(tolerance) and _near(_decimal(left), _decimal(right), tolerance))
    return type(left) is type(right) and bool(left == right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _decimal(value: int | float | Decimal) -> Decimal:
    """A float as it is written: 0.1 stands for a tenth."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
