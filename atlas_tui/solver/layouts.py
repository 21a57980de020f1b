"""Tests and inputs as the model writes them down: three layouts, read strictly, and their grammars."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from atlas_tui.engine.base import Grammar
from atlas_tui.problem import Mode, Problem
from atlas_tui.solver.read_values import Unreadable, matching, read_value, split_top, to_json, without_comment
from atlas_tui.solver.signature import parameter_names

_HEADING = re.compile(r"[*#\s]*(input|output)\s*:[*\s]*(.*)", re.IGNORECASE)
_NOISE = re.compile(r"\s*(?:`{3,}\w*|[*#\s]*test\s*#?\d+\s*:?[*\s]*)\s*", re.IGNORECASE)
_PROSE = re.compile(r"\s*$|[*#\s]*(?:explanation|note|reason)s?\b.*:", re.IGNORECASE)
"""Lines of an output that are no output: blanks, and what explains it."""
_LEAD = re.compile(r"\s*(?:(?:[-*•]|\d+[.)])\s+)?`*(?:assert\s+)?")
_EQUALS = re.compile(r"\s*(?:==|->)\s*")
_NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*=(?!=)")
_LINES = 60
"""Most lines of one input or output that the grammar lets through."""


class Layout(StrEnum):
    """How a test is written down."""

    STDIN = "stdin"
    CALL = "call"
    CALLS = "calls"
    """A class that is made, and whose methods are called in turn."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A test in the samples' form."""

    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a reply holds: whole tests or inputs, and how many could not be read."""

    pairs: tuple[Pair, ...]
    """Of a reply with inputs alone, ``expected`` is empty."""
    malformed: int


def layout_of(problem: Problem) -> Layout:
    """The layout for this problem."""
    if problem.mode is Mode.PROGRAM:
        return Layout.STDIN
    first = _json(problem.samples[0].given) if problem.samples else None
    match first:
        case [[str() as made, *_], [list(), *_]] if made == problem.entry_point.rpartition(".")[2]:
            return Layout.CALLS
    return Layout.CALL


def read_tests(problem: Problem, reply: str, cut: bool = False) -> Read:
    """The tests in a reply. Of one that was ``cut`` at its budget, the last is not whole and is left out."""
    return _read(problem, reply, cut, answers=True)


def read_inputs(problem: Problem, reply: str, cut: bool = False) -> Read:
    """The inputs in a reply, as ``read_tests`` reads tests."""
    return _read(problem, reply, cut, answers=False)


def _read(problem: Problem, reply: str, cut: bool, answers: bool) -> Read:
    layout = layout_of(problem)
    if layout is Layout.CALL:
        lines = [line for line in reply.splitlines() if line.strip() and not _NOISE.fullmatch(line)]
        found: list[Pair | None] = [_call(problem, line, answers) for line in lines]
    else:
        found = [_block(layout, block, answers) for block in _blocks(reply)]
    if cut:
        found = found[:-1]
    pairs = tuple(pair for pair in found if pair is not None)
    return Read(pairs, len(found) - len(pairs))


def _blocks(reply: str) -> Iterator[dict[str, list[str]]]:
    """Lines under each ``Input:`` and under the ``Output:`` that follows it."""
    block: dict[str, list[str]] = {}
    where: list[str] | None = None
    for line in reply.splitlines():
        heading = _HEADING.fullmatch(line)
        if heading:
            name = heading[1].lower()
            if name in block or (name == "input" and block):
                yield block
                block = {}
            where = block.setdefault(name, [])
            if heading[2]:
                where.append(heading[2])
        elif where is not None and not _NOISE.fullmatch(line):
            where.append(line)
    if block:
        yield block


def _block(layout: Layout, block: dict[str, list[str]], answers: bool) -> Pair | None:
    given = "\n".join(block.get("input", ())).strip("\n")
    expected = "\n".join(block.get("output", ())).strip("\n") if answers else ""
    if not given.strip() or (answers and any(map(_PROSE.match, expected.split("\n")))):
        return None
    if layout is Layout.STDIN:
        return Pair(given + "\n", expected + "\n" if answers else "")
    values = [_json(line) for line in given.splitlines()]
    match values:
        case [list() as names, list() as arguments] if len(names) == len(arguments):
            answer = _json(expected) if answers else []
            if not answers or (isinstance(answer, list) and len(answer) == len(names)):
                return Pair(json.dumps(values), json.dumps(answer) if answers else "")
    return None


def _call(problem: Problem, line: str, answers: bool) -> Pair | None:
    """``f(1, 2) == 3`` (or ``f(1, 2)``) as JSON; None where it is anything else."""
    code, _ = without_comment(_LEAD.sub("", line, count=1).strip())
    code = code.strip("`")
    name = problem.entry_point.rpartition(".")[2]
    opened = re.match(rf"(?:Solution\(\)\.)?{re.escape(name)}(?=\()", code)
    close = matching(code, opened.end()) if opened else -1
    if opened is None or close < 0:
        return None
    rest = code[close:]
    equals = _EQUALS.match(rest)
    try:
        arguments = _arguments(problem, code[opened.end() + 1 : close - 1])
        if not answers:
            return Pair(to_json(arguments), "") if not rest.strip() or equals else None
        return Pair(to_json(arguments), to_json(read_value(rest[equals.end() :]))) if equals else None
    except Unreadable:
        return None


def _arguments(problem: Problem, inside: str) -> list[Any]:
    """Positional values. Raises: Unreadable."""
    if not inside.strip():
        return []
    plain: list[Any] = []
    named: dict[str, Any] = {}
    for part in split_top(inside.rstrip().removesuffix(",")):
        name = _NAMED.match(part)
        if name:
            named[name[1]] = read_value(part[name.end() :])
        elif named:
            raise Unreadable("a positional argument after a named one")
        else:
            plain.append(read_value(part))
    if not named:
        return plain
    order = parameter_names(problem)[len(plain) :]
    if len(named) > len(order) or set(named) != set(order[: len(named)]):
        raise Unreadable("names that are not those of the signature")
    return [*plain, *(named[name] for name in order[: len(named)])]


def key(problem: Problem, given: str) -> str:
    """What two equal inputs have in common, however they are written."""
    if problem.mode is Mode.FUNCTION:
        try:
            return json.dumps(json.loads(given), sort_keys=True)
        except (ValueError, RecursionError):
            return given
    return "\n".join(line.strip() for line in given.strip().splitlines())


def shown(problem: Problem, given: str) -> str:
    """An input as the model is shown it: a call, or the text itself."""
    if layout_of(problem) is Layout.CALL:
        return f"{problem.entry_point}({given.strip()[1:-1]})"
    return given.strip("\n")


def _json(text: str) -> Any:
    """The value of a JSON or Python literal; None where it is none."""
    try:
        return read_value(text)
    except Unreadable:
        return None


def grammar_of_tests(problem: Problem, most: int) -> Grammar | None:
    """Up to ``most`` tests in the layout; None for a name that GBNF cannot quote."""
    match layout_of(problem):
        case Layout.STDIN:
            one = f'"Input:\\n" text more{{0,{_LINES}}} "\\nOutput:\\n" text more{{0,{_LINES}}}'
        case Layout.CALLS:
            one = '"Input:\\n[" text "\\n[" text "\\nOutput:\\n[" text'
        case _:
            one = f'"{problem.entry_point.rpartition(".")[2]}(" text ") == " text'
    return _grammar(problem, one, most)


def grammar_of_inputs(problem: Problem, most: int) -> Grammar | None:
    """Up to ``most`` inputs in the layout; None for a name that GBNF cannot quote."""
    match layout_of(problem):
        case Layout.STDIN:
            one = f'"Input:\\n" text more{{0,{_LINES}}}'
        case Layout.CALLS:
            one = '"Input:\\n[" text "\\n[" text'
        case _:
            one = f'"{problem.entry_point.rpartition(".")[2]}(" text ")"'
    return _grammar(problem, one, most)


def _grammar(problem: Problem, one: str, most: int) -> Grammar | None:
    if problem.entry_point and not problem.entry_point.replace(".", "_").isidentifier():
        return None
    rules: Sequence[str] = (
        f'root ::= one ("\\n"{{1,2}} one){{0,{max(0, most - 1)}}} "\\n"?',
        f"one ::= {one}",
        'more ::= "\\n" text',
        "text ::= [^\\n]+",
    )
    return Grammar(gbnf="\n".join(rules) + "\n")
