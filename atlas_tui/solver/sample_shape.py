"""What all samples' inputs have in common, and whether another input has it too.

Samples show some of a problem's constraints, and the statement tells some. What is found here is no proof:
an input that fits may still be invalid, and one that does not may be valid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from atlas_tui.problem import Mode, Problem
from atlas_tui.solver.stated_bounds import Stated

_INTEGER = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_SIZES = 3
"""A first line of at most so many integers, with lines after it, holds sizes."""

Lines = Sequence[Sequence[str]]
"""The fields of each line."""

Rule = Callable[[Lines], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """JSON types of values, and of what is inside those that hold others."""

    names: frozenset[str] = frozenset()
    inside: Kind | None = None

    def holds(self, value: Any) -> bool:
        """Whether the value is of these types, at every depth. An empty array fits any array."""
        if _name(value) not in self.names and not (_name(value) == "integer" and "number" in self.names):
            return False
        return all(self.inside is None or self.inside.holds(item) for item in _items(value))


def kind_of(values: Iterable[Any]) -> Kind:
    """The types of all ``values`` together."""
    listed = list(values)
    items = [item for value in listed for item in _items(value)]
    return Kind(frozenset(map(_name, listed)), kind_of(items) if items else None)


def _name(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case list():
            return "array"
    return "object"


def _items(value: Any) -> Iterable[Any]:
    match value:
        case list():
            return value
        case dict():
            return value.values()
    return ()


class Shape:
    """The common shape of a problem's samples; without samples everything well-formed fits."""

    def __init__(self, problem: Problem) -> None:
        givens = [sample.given for sample in problem.samples]
        self._stated = Stated(problem)
        self._function = problem.mode is Mode.FUNCTION
        self._rows: list[list[Any]] = []
        self._rules: list[Rule] = []
        self._most = "word"
        answers = [sample.expected.strip() for sample in problem.samples]
        self._answers = kind_of(
            value for one in answers if (value := _loaded(one)) is not None or one == "null"
        )
        if self._function:
            self._rows = [row for row in map(_loaded, givens) if isinstance(row, list)]
        elif givens:
            samples = [_fields(given) for given in givens]
            self._most = max((_token(token) for lines in samples for token in _tokens(lines)), default="word")
            # Sizes that samples only seem to show give way to a format that the statement tells.
            self._rules = [] if self._stated.formatted else _rules(samples)

    def fault(self, given: str) -> str:
        """Why the input is not of this shape; empty when it is."""
        return self._fault(given) or self._stated.fault(given)

    def _fault(self, given: str) -> str:
        if self._function:
            return self._arguments_fault(given)
        lines = _fields(given)
        if any(_token(token) > self._most for token in _tokens(lines)):
            return f"fields that are no {'integers' if self._most == 'integer' else 'numbers'}"
        if not all(rule(lines) for rule in self._rules):
            return "lines or fields that do not match the sizes of the samples"
        return ""

    def answer_fault(self, expected: str) -> str:
        """Why an expected output is not of the samples' type; empty when it may be one."""
        if not self._function or not self._answers.names:
            return ""
        value = _loaded(expected)
        names = self._answers.names
        both = {"integer", "number"}
        if value is None or _name(value) in names or (names & both and _name(value) in both):
            return ""
        return "an answer of another type than the samples'"

    def _arguments_fault(self, given: str) -> str:
        row = _loaded(given)
        if not isinstance(row, list):
            return "not a JSON array of arguments"
        if not self._rows:
            return ""
        if len(row) not in {len(one) for one in self._rows}:
            return "another number of arguments"
        for place, value in enumerate(row):
            known = kind_of(one[place] for one in self._rows if place < len(one))
            if not known.holds(value):
                return "arguments of other types"
        return ""


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _fields(given: str) -> list[list[str]]:
    return [line.split() for line in given.rstrip().split("\n")]


def _tokens(lines: Lines) -> Iterable[str]:
    return (token for line in lines for token in line)


def _token(token: str) -> str:
    """The narrowest type of a field; the names are in the order of their width."""
    if _INTEGER.fullmatch(token):
        return "integer"
    return "number" if _REAL.fullmatch(token) else "word"


def _rules(samples: Sequence[Lines]) -> list[Rule]:
    """The rules that all samples keep."""
    general: list[Rule] = [
        _one_line,
        _several_lines,
        *(partial(_first_width, count) for count in range(1, _SIZES + 1)),
    ]
    kept = [rule for rule in general if all(map(rule, samples))]
    families: tuple[list[Rule], ...] = (_line_counts(), _field_counts(), [_length])
    for family in families:
        holding = [rule for rule in family if all(map(rule, samples)) and any(map(_telling, samples))]
        # Two that hold at once are told apart by no sample: either may hold by chance.
        if len(holding) == 1 and all(map(_sized, samples)):
            return [*kept, holding[0]]
    return kept


def _one_line(lines: Lines) -> bool:
    return len(lines) == 1


def _several_lines(lines: Lines) -> bool:
    return len(lines) > 1


def _sized(lines: Lines) -> bool:
    return len(lines) > 1 and len(lines[0]) <= _SIZES and all(map(_INTEGER.fullmatch, lines[0]))


def _telling(lines: Lines) -> bool:
    """A size of 1 or 0 fits too much."""
    return any(int(field) > 1 for field in lines[0] if _INTEGER.fullmatch(field))


def _size(lines: Lines, place: int) -> int:
    field = lines[0][place] if place < len(lines[0]) else ""
    return int(field) if _INTEGER.fullmatch(field) and len(field) < 10 else -1


def _first_width(count: int, lines: Lines) -> bool:
    return _sized(lines) and len(lines[0]) == count


def _line_counts() -> list[Rule]:
    """As many lines after the first as one of its numbers says, or a small multiple."""
    return [partial(_line_count, place, times) for place in range(_SIZES) for times in (1, 2, 3)]


def _line_count(place: int, times: int, lines: Lines) -> bool:
    return len(lines) - 1 == times * _size(lines, place)


def _field_counts() -> list[Rule]:
    """As many fields in the second line as one of the first line's numbers says."""
    return [partial(_field_count, place) for place in range(_SIZES)]


def _field_count(place: int, lines: Lines) -> bool:
    return len(lines) > 1 and len(lines[1]) == _size(lines, place)


def _length(lines: Lines) -> bool:
    """A second line of one word, as long as the first number says."""
    return len(lines) > 1 and len(lines[1]) == 1 and len(lines[1][0]) == _size(lines, 0)
