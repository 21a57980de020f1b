"""Statements: the same composition in varied words and layouts."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from atlas_tui.problem import Mode, Sample
from training.problems.program import Composition, Frame, Link
from training.problems.step import Kind, fill

_SPELLED = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_WHAT = {
    Kind.INTS: ("a list of integers", "some integers", "a sequence of whole numbers"),
    Kind.TEXT: ("a line of lowercase words", "a text of lowercase letters and spaces", "a line of text"),
    Kind.NUMBER: ("a positive integer", "a whole number", "one positive number"),
    Kind.GRID: ("a grid of integers", "a small table of numbers", "a matrix of integers"),
}
_INPUT = {
    "line": (
        "The input is one line of integers.",
        "All integers stand on one line.",
        "Read them from a single line.",
    ),
    "count_line": (
        "The first line holds n, the second the n integers.",
        "The input gives n, then n integers on the next line.",
    ),
    "count_lines": (
        "The first line holds n, then come n lines with one integer each.",
        "The input gives n and then the n integers, each on its own line.",
    ),
    "text": ("The input is one line.", "Read it from a single line."),
    "number": ("The input is one number.", "It stands alone on the only line."),
    "grid": (
        "The first line holds the numbers of rows and columns, then come the rows.",
        "The input gives r and c, then r lines of c integers.",
    ),
    "square": (
        "The first line holds n, then come n rows of n integers.",
        "The input gives n, then n lines of n integers.",
    ),
}
READ_PHRASE = {
    "line": "one line of integers",
    "count_line": "n, then n integers on one line",
    "count_lines": "n, then n lines of one integer",
    "text": "one line of text",
    "number": "one number",
    "grid": "r and c, then r rows",
    "square": "n, then n rows",
}
"""How an input layout is named in observations and plans."""

_STORIES = (
    "Mia found an old notebook with a puzzle in it.",
    "A sensor sends its readings once a day.",
    "The museum keeps its records in a strange way.",
    "Two friends made up a game for the long train ride.",
    "This is the last puzzle of the winter contest.",
    "A parrot repeats what it hears, but never exactly.",
    "The baker's order book needs some care.",
    "Deep in the archive lies a forgotten procedure.",
)
_FIRST = ("First, {}.", "First {}.", "To begin, {}.", "Start: {}.")
_NEXT = ("Then {}.", "Next, {}.", "After that, {}.", "Then, {}.", "Now {}.")
_VERBS = (
    "sum",
    "count",
    "fold",
    "shape",
    "filter",
    "reduce",
    "sift",
    "trim",
    "pick",
    "measure",
    "solve",
    "find",
)
_NOUNS = ("values", "items", "parts", "result", "answer", "data", "series", "pieces", "total", "score")
_ARGUMENTS = {
    Kind.INTS: ("values", "numbers", "items", "nums"),
    Kind.TEXT: ("text", "line", "sentence"),
    Kind.NUMBER: ("number", "value", "num"),
    Kind.GRID: ("grid", "table", "matrix"),
}
_HINTS = {Kind.INTS: "list[int]", Kind.TEXT: "str", Kind.NUMBER: "int", Kind.GRID: "list[list[int]]"}


def draw_name(rng: random.Random) -> str:
    return f"{rng.choice(_VERBS)}_{rng.choice(_NOUNS)}"


def draw_argument(rng: random.Random, kind: Kind) -> str:
    return rng.choice(_ARGUMENTS[kind])


def _speller(rng: random.Random) -> Any:
    words = rng.random() < 0.3

    def spell(value: Any) -> str:
        return _SPELLED[value] if words and isinstance(value, int) and 0 <= value <= 12 else str(value)

    return spell


def clause(rng: random.Random, link: Link) -> str:
    """One step in words of the statement."""
    words = link.step.open_wordings if link.open else link.step.wordings
    return fill(rng.choice(words), link.params, _speller(rng))


def _sequence(rng: random.Random, clauses: Sequence[str], answer: str, verb: str) -> str:
    """Steps and the result, joined in one of several ways."""
    final = rng.choice(("Finally, {}.", "At the end, {}.", "{}.")).format(f"{verb} {answer}")
    final = final[0].upper() + final[1:]
    form = rng.randrange(6)
    if form == 0:
        steps = "\n".join(f"{i}. {text[0].upper()}{text[1:]}." for i, text in enumerate(clauses, 1))
        return f"Do this in order:\n{steps}\n{final}"
    if form == 1:
        return f"{verb.capitalize()} {answer} after these steps: " + "; then ".join(clauses) + "."
    if form == 2 and len(clauses) > 1:
        joined = ", ".join(clauses[:-1]) + f", then {clauses[-1]}"
        return f"In this order, {joined}. {final}"
    if form == 3:
        return " ".join(f"{text[0].upper()}{text[1:]}." for text in clauses) + f" {final}"
    told = [rng.choice(_NEXT if i else _FIRST).format(text) for i, text in enumerate(clauses)]
    return " ".join(told) + f" {final}"


def statement(rng: random.Random, composition: Composition, frame: Frame, samples: Sequence[Sample]) -> str:
    """The whole text of a problem, samples included."""
    clauses = [clause(rng, link) for link in composition.links]
    ending = composition.result.wordings
    answer = fill(rng.choice(ending), composition.params, _speller(rng))
    verb = "return" if frame.mode is Mode.FUNCTION else rng.choice(("print", "print", "output"))
    what = rng.choice(_WHAT[composition.source])
    told = _sequence(rng, clauses, answer, verb)
    story = rng.choice(_STORIES) + " " if rng.random() < 0.12 else ""
    if frame.mode is Mode.PROGRAM:
        given = rng.choice(("You are given {}.", "Given is {}.", "The program gets {}.")).format(what)
        text = f"{story}{given} {rng.choice(_INPUT[frame.layout])} {told}"
        return f"{text}\n\n{_program_samples(rng, samples)}"
    return f"{story}{_signature(rng, composition, frame, what)}{told}\n\n{_calls(rng, frame, samples)}"


def def_line(composition: Composition, frame: Frame, hints: bool) -> str:
    hint = f": {_HINTS[composition.source]}" if hints else ""
    return f"def {frame.name}({frame.argument}{hint}):"


def _signature(rng: random.Random, composition: Composition, frame: Frame, what: str) -> str:
    line = def_line(composition, frame, rng.random() < 0.4)
    form = rng.randrange(3)
    if form == 0:
        return f"Complete this function:\n```python\n{line}\n```\nIt gets {what}. "
    if form == 1:
        return f"Write a function `{line}` that is given {what}. "
    return f"`{line}` gets {what}. "


def _block(rng: random.Random, label: str, text: str, fenced: bool) -> str:
    return f"{label}\n```\n{text}\n```" if fenced else f"{label}\n\n{text}"


def _program_samples(rng: random.Random, samples: Sequence[Sample]) -> str:
    one_line = all("\n" not in s.given + s.expected for s in samples)
    form = rng.choice(
        ("short", "short", "sample", "fenced", "plain") if one_line else ("sample", "fenced", "plain", "long")
    )
    parts = []
    for i, s in enumerate(samples, 1):
        if form == "short":
            parts.append(f"Example {i}\nInput: {s.given}\nOutput: {s.expected}")
        elif form == "long":
            parts.append(f"Example {i}\nInput:\n{s.given}\nOutput:\n{s.expected}")
        elif form == "plain":
            parts.append(f"Input:\n{s.given}\nOutput:\n{s.expected}")
        else:
            fenced = form == "fenced"
            parts.append(
                _block(rng, f"Sample Input {i}", s.given, fenced)
                + "\n\n"
                + _block(rng, f"Sample Output {i}", s.expected, fenced)
            )
    return "\n\n".join(parts)


def _calls(rng: random.Random, frame: Frame, samples: Sequence[Sample]) -> str:
    form = rng.randrange(3)
    calls = []
    for s in samples:
        (argument,), answer = json.loads(s.given), json.loads(s.expected)
        call = f"{frame.name}({argument!r})"
        if form == 0:
            calls.append(f">>> {call}\n{answer!r}")
        elif form == 1:
            calls.append(f"Example: {call} -> {answer!r}")
        else:
            calls.append(f"{call} -> {answer!r}")
    return ("Examples:\n" if form == 2 else "") + "\n".join(calls)
