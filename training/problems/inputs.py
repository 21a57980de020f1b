"""Inputs for problems, their limits, and their two written forms."""

from __future__ import annotations

import json
import random
from typing import Any

from atlas_tui.problem import Mode
from training.problems.program import Composition, Frame
from training.problems.step import Kind

_MOST_ITEMS = 40
_LARGEST = 200_000
_LARGEST_STEP_NUMBER = 5_000
_SYLLABLES = (
    "ba",
    "co",
    "da",
    "el",
    "fi",
    "go",
    "ha",
    "in",
    "jo",
    "ku",
    "la",
    "mi",
    "no",
    "or",
    "pe",
    "ra",
    "si",
    "to",
    "un",
    "ve",
    "wa",
    "za",
    "ee",
    "ll",
    "st",
    "ar",
)


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 3)))


def draw_input(rng: random.Random, kind: Kind, square: bool, size: int) -> Any:
    """A random value; ``size`` is near its items, words of a text, digits, or cells to a side of a grid."""
    if kind is Kind.INTS:
        low = rng.choice((1, 1, -9, -20))
        pool = [rng.randint(low, rng.choice((9, 20, 40))) for _ in range(rng.choice((3, 8, 8)))]
        return [rng.choice(pool) for _ in range(size)]
    if kind is Kind.TEXT:
        return " ".join(_word(rng) for _ in range(max(1, size - rng.randint(2, 3))))
    if kind is Kind.NUMBER:
        return rng.randint(1, 10 ** max(1, min(size - 2, 4)) - 1)
    rows = max(1, size - rng.randint(2, 3))
    columns = rows if square else max(1, size - rng.randint(2, 3))
    high = rng.choice((5, 9, 15))
    return [[rng.randint(0, high) for _ in range(min(columns, 4))] for _ in range(min(rows, 4))]


def edge_inputs(rng: random.Random, kind: Kind, layout: str) -> list[Any]:
    """Inputs at the edge of what the statement allows: empty, single, equal, negative."""
    if kind is Kind.INTS:
        same = rng.randint(1, 9)
        return [[], [rng.randint(-9, 30)], [same] * 4, [-rng.randint(1, 30) for _ in range(5)], [0, 0]]
    if kind is Kind.TEXT:
        return [rng.choice("abeo"), _word(rng), "aa ee " + _word(rng)]
    if kind is Kind.NUMBER:
        return [1, 2, rng.randint(3, 9), 10, 64, 97, 100]
    single = [[rng.randint(0, 9)]]
    return [single, [[3, 3], [3, 3]], *([] if layout == "square" else [[[1, 2, 3]], [[4], [5], [4]]])]


def _small(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) <= _LARGEST
    return len(value) <= _MOST_ITEMS and (isinstance(value, str) or all(_small(item) for item in value))


def trace(composition: Composition, value: Any) -> list[Any] | None:
    """The value after each step and the answer; None when something grows beyond our limits."""
    values = [value]
    for link in composition.links:
        if link.step.source is Kind.NUMBER and value > _LARGEST_STEP_NUMBER:
            return None
        if link.step.source is Kind.GRID and not (value and value[0]):
            return None
        value = link.step.apply(value, **link.params)
        if not _small(value):
            return None
        values.append(value)
    if composition.result.name == "is_prime" and value > _LARGEST_STEP_NUMBER:
        return None
    return [*values, composition.result.apply(value, **composition.params)]


def written_input(value: Any, composition: Composition, frame: Frame) -> str:
    """Standard input of a program (no newline at its end), or the JSON array of a function's arguments."""
    if frame.mode is Mode.FUNCTION:
        return json.dumps([value])
    if composition.source is Kind.GRID:
        head = str(len(value)) if frame.layout == "square" else f"{len(value)} {len(value[0])}"
        return "\n".join([head, *(" ".join(map(str, row)) for row in value)])
    if composition.source is Kind.INTS:
        line = " ".join(map(str, value))
        if frame.layout == "count_lines":
            return "\n".join(map(str, [len(value), *value]))
        return f"{len(value)}\n{line}" if frame.layout == "count_line" else line
    return str(value)


def written_answer(answer: Any, composition: Composition, frame: Frame) -> str:
    """What a program prints (no newline at its end), or the returned value as JSON."""
    if frame.mode is Mode.FUNCTION:
        return json.dumps(answer)
    if composition.result.name == "list":
        return " ".join(map(str, answer))
    if composition.result.name == "grid":
        return "\n".join(" ".join(map(str, row)) for row in answer)
    return str(answer)
