"""Further inputs for agreement: of the samples' shape, with other values. Nobody knows their answers."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from atlas_tui.problem import Mode, Problem

PER_SAMPLE = 3
MOST = 8
TRIES = 10

_INTEGER = re.compile(r"-?\d+")


def agreement_inputs(problem: Problem, seed: int) -> tuple[str, ...]:
    """Up to ``MOST`` inputs that are not samples, drawn by ``seed``.

    Program mode changes the values of lines with several fields. Where there are more lines, it leaves alone
    a line of one number and a first line of up to three: such numbers usually are sizes. Function mode
    changes the values of the JSON arguments by type.
    """
    rng = random.Random(seed)
    known = {sample.given for sample in problem.samples}
    found: list[str] = []
    for sample in problem.samples:
        fresh = 0
        for _ in range(TRIES):
            given = (
                _arguments(sample.given, rng) if problem.mode is Mode.FUNCTION else _lines(sample.given, rng)
            )
            if given is not None and given not in known and fresh < PER_SAMPLE and len(found) < MOST:
                known.add(given)
                found.append(given)
                fresh += 1
    return tuple(found)


def _lines(given: str, rng: random.Random) -> str:
    lines = given.split("\n")
    if _INTEGER.fullmatch(given.strip()):
        return str(_integer(int(given), rng))
    column = given.split()
    if len(column) > 1 and column == given.rstrip("\n").split("\n") and column[0] == str(len(column) - 1):
        # The count, then that many values, one a line: the count stays, the values are those of one row.
        row = _line(" ".join(column[1:]), rng).split(" ")
        return "\n".join([column[0], *row]) + ("\n" if given.endswith("\n") else "")
    head = lines[0].split(" ")
    sizes = len(given.strip().split("\n")) > 1 and len(head) <= 3 and all(map(_INTEGER.fullmatch, head))
    return "\n".join(line if sizes and i == 0 else _line(line, rng) for i, line in enumerate(lines))


def _line(line: str, rng: random.Random) -> str:
    fields = line.split(" ")
    if len(fields) < 2:
        return line if _INTEGER.fullmatch(line) else _text(line, rng)
    if all(_INTEGER.fullmatch(field) for field in fields):
        changed = [str(_integer(int(field), rng)) for field in fields]
        rng.shuffle(changed)
        return " ".join(changed)
    rng.shuffle(fields)
    return " ".join(fields)


def _integer(value: int, rng: random.Random) -> int:
    """A value near or far of the same sign, so that limits such as 'positive' still hold."""
    if value == 0:
        return rng.choice((0, 1))
    near = value + rng.choice((-1, 0, 0, 1))
    changed = rng.choice((near, value, value * 2, value // 2))
    return changed if changed * value > 0 else value


def _text(text: str, rng: random.Random) -> str:
    letters = list(text)
    if len(letters) > 1:
        one, other = rng.sample(range(len(letters)), 2)
        letters[one] = letters[other] if rng.random() < 0.5 else letters[one]
        rng.shuffle(letters)
    return "".join(letters)


def _arguments(given: str, rng: random.Random) -> str | None:
    try:
        arguments = json.loads(given)
    except (ValueError, RecursionError):
        return None
    return json.dumps([_value(value, rng) for value in arguments], ensure_ascii=False)


def _value(value: Any, rng: random.Random) -> Any:
    match value:
        case bool() | None:
            return value
        case int():
            return _integer(value, rng)
        case str():
            return _text(value, rng)
        case list() if value and all(isinstance(row, list) for row in value):
            return (
                [_value(row, rng) for row in value] if rng.random() < 0.5 else rng.sample(value, len(value))
            )
        case list():
            changed = [_value(item, rng) for item in value]
            rng.shuffle(changed)
            return changed
        case _:
            return value
