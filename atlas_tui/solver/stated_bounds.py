"""Whether an input keeps to what the statement says of inputs: its format block, bounds, letters.

Prose is easily misread. What a sample itself does not keep to was misread, and is not asked of other inputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.problem import Mode, Problem
from atlas_tui.solver.constraints import Of, read_constraints
from atlas_tui.solver.inputs_layout import Line, Part, fit, read_layout
from atlas_tui.solver.signature import parameter_names

FORMAT = "lines or fields that do not match the statement's format"
BOUNDS = "values beyond the statement's bounds"

Measured = tuple[str, Of, int]
"""A name of the statement, what of it is measured, and the measure."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an input holds of what a statement can bound."""

    measures: tuple[Measured, ...]
    texts: tuple[tuple[str, str], ...]
    """Name and text."""
    values: Mapping[str, int]
    """What a name stands for, where it stands for one number."""


class Stated:
    """What the statement of a problem says of inputs, as far as its samples confirm the reading."""

    def __init__(self, problem: Problem) -> None:
        givens = [sample.given for sample in problem.samples]
        self._function = problem.mode is Mode.FUNCTION
        self._names = parameter_names(problem)
        self._constraints = read_constraints(problem.statement)
        layout = None if self._function else read_layout(problem.statement)
        self._layout = layout if layout and givens and all(fit(given, layout) for given in givens) else None
        samples = [seen for given in givens if (seen := self._seen(given)) is not None]
        self._misread = {key for seen in samples for key in self._broken(seen)}

    @property
    def formatted(self) -> bool:
        """The format of the input is known, and the samples are of it."""
        return self._layout is not None

    def fault(self, given: str) -> str:
        """What the input breaks; empty where it keeps to everything that was read."""
        seen = self._seen(given)
        if seen is None:
            return FORMAT if self.formatted else ""
        return BOUNDS if self._broken(seen) - self._misread else ""

    def _seen(self, given: str) -> _Seen | None:
        """None where names and fields cannot be brought together."""
        if self._function:
            return _seen_arguments(given, self._names)
        parts = fit(given, self._layout) if self._layout else None
        return _seen_fields(parts) if parts is not None else None

    def _broken(self, seen: _Seen) -> set[tuple[str, str]]:
        """Names, and which of their bounds the input passes."""
        bound, letters = self._constraints.of, self._constraints.letters
        passed = {
            (name, str(what))
            for name, what, measure in seen.measures
            if not bound(name, what).within(measure, seen.values)
        }
        foreign = {
            (name, "letters")
            for name, text in seen.texts
            if (known := letters.get(name) or letters.get("")) and not set(text) <= set(known)
        }
        return passed | foreign


def _seen_fields(parts: Sequence[Part]) -> _Seen:
    measures: list[Measured] = []
    texts: list[tuple[str, str]] = []
    values: dict[str, int] = {}
    for name, each, field in _fields(parts):
        try:
            number = int(field)
        except ValueError:
            texts.append((name, field))
            measures.append((name, Of.INNER_LENGTH if each else Of.LENGTH, len(field)))
            continue
        measures.append((name, Of.ELEMENT if each else Of.VALUE, number))
        if not each:
            values[name] = number
    return _Seen(tuple(measures), tuple(texts), values)


def _fields(parts: Sequence[Part]) -> Iterator[tuple[str, bool, str]]:
    """Name, whether there are several of it, and the field, for each field."""
    for part in parts:
        for row in part.rows:
            for line, fields in zip(part.lines, row, strict=True):
                each = bool(line.count) or not isinstance(part.spec, Line)
                names = line.names[:1] * len(fields) if line.count else line.names
                yield from ((name, each, field) for name, field in zip(names, fields, strict=True))


def _seen_arguments(given: str, names: Sequence[str]) -> _Seen | None:
    try:
        arguments = json.loads(given)
    except (ValueError, RecursionError):
        return None
    if not isinstance(arguments, list) or len(arguments) > len(names):
        return None
    named = dict(zip(names, arguments, strict=False))
    measures = tuple(measured for name, value in named.items() for measured in _measured(name, value))
    texts = [(name, text) for name, value in named.items() for text in _texts(value)]
    return _Seen(measures, tuple(texts), {name: value for name, value in named.items() if _is_integer(value)})


def _measured(name: str, value: Any) -> Iterator[Measured]:
    if _is_integer(value):
        yield name, Of.VALUE, value
    elif isinstance(value, str | list):
        yield name, Of.LENGTH, len(value)
    for item in value if isinstance(value, list) else ():
        if _is_integer(item):
            yield name, Of.ELEMENT, item
        elif isinstance(item, str | list):
            yield name, Of.INNER_LENGTH, len(item)


def _texts(value: Any) -> list[str]:
    """The text, or the texts of an array."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
