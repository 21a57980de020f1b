"""Mutation of a program's standard input: by the layout of the statement, or by what its lines look like."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlas_tui.solver.constraints import Bound, Constraints, Of
from atlas_tui.solver.inputs_layout import Block, Layout, Line, Part, fit, read_layout, written
from atlas_tui.solver.inputs_values import Role, changed, integer, text

_INTEGER = re.compile(r"-?\d{1,30}")
_REAL = re.compile(r"-?\d{1,20}\.\d{1,20}")
_TREE = re.compile(r"\b(?:tree|bracket|parenthes[ei]s|connected|polygon|convex)\b", re.IGNORECASE)
"""Inputs of such problems keep to more than bounds; a changed one would hardly ever be allowed."""
_FEW_LINES = 40


@dataclass(frozen=True, slots=True)
class Lines:
    """What is known about the standard input of a problem."""

    layout: Layout | None
    constraints: Constraints
    roles: Mapping[str, Role]
    structured: bool
    """The statement asks for a structure, such as a tree, that changed values would break."""
    lengths: frozenset[str] = frozenset()
    """Names of numbers that are the length of a text in every sample."""

    @classmethod
    def read(cls, statement: str, given: Sequence[str], constraints: Constraints) -> Lines:
        """From the statement and the samples' inputs."""
        layout = read_layout(statement)
        fitted = [fit(one, layout) for one in given] if layout else []
        if not fitted or any(parts is None for parts in fitted):
            return cls(None, constraints, {}, bool(_TREE.search(statement)))
        seen: dict[str, list[Any]] = {}
        lengths: list[set[tuple[str, str]]] = []
        for parts in fitted:
            lengths.append(_look(parts or [], seen))
        sized = dict(sorted(set.intersection(*lengths)))
        roles = {name: Role.named(name, constraints, values) for name, values in seen.items()}
        for name in sized:
            known = roles[name]
            roles[name] = Role(value=known.value, letters=known.letters, fixed_length=True)
        return cls(layout, constraints, roles, bool(_TREE.search(statement)), frozenset(sized.values()))

    def changed(self, given: str, rng: random.Random) -> str | None:
        """Another input like ``given``; None where none can be made that is likely to be allowed."""
        if self.structured:
            return None
        parts = fit(given, self.layout) if self.layout else None
        return _by_layout(parts, self, rng) if parts is not None else _by_looks(given, rng)


def _look(parts: list[Part], seen: dict[str, list[Any]]) -> set[tuple[str, str]]:
    """Collect the values of each name; the names of texts with that of a number that is their length."""
    values = _scalars(parts)
    texts: dict[str, set[int]] = {}
    for part in parts:
        for row in part.rows:
            for line, fields in zip(part.lines, row, strict=True):
                if line.count:
                    seen.setdefault(line.names[0], []).append([_value(field) for field in fields])
                    continue
                for name, field in zip(line.names, fields, strict=True):
                    seen.setdefault(name, []).append(_value(field))
                    if not _is_number(field):
                        texts.setdefault(name, set()).add(len(field))
    return {
        (name, number)
        for name, lengths in texts.items()
        for number, value in values.items()
        if lengths == {value}
    }


def _scalars(parts: list[Part]) -> dict[str, int]:
    """Integers that stand once in the input, by name."""
    return {
        name: int(field)
        for part in parts
        if isinstance(part.spec, Line) and not part.spec.count
        for name, field in zip(part.spec.names, part.rows[0][0], strict=True)
        if _INTEGER.fullmatch(field)
    }


def _is_number(field: str) -> bool:
    return bool(_INTEGER.fullmatch(field) or _REAL.fullmatch(field))


def _value(field: str) -> int | float | str:
    if _INTEGER.fullmatch(field):
        return int(field)
    return float(field) if _REAL.fullmatch(field) else field


# --- by layout


def _by_layout(parts: list[Part], lines: Lines, rng: random.Random) -> str:
    values = _scalars(parts)
    counts = {part.spec.count for part in parts if isinstance(part.spec, Block)}
    counts |= {line.count for part in parts for line in part.lines if line.count}
    counts |= lines.lengths
    changing = [place for place in range(len(parts)) if rng.random() < 0.6] or [rng.randrange(len(parts))]
    for place in changing:
        part = parts[place]
        for row in part.rows:
            for line, fields in zip(part.lines, row, strict=True):
                fields[:] = _fields(line, fields, lines, values, counts, rng)
    values.update(_scalars(parts))
    resized = [name for name in counts & values.keys() if values[name] > 0]
    if resized and rng.random() < 0.5:
        _resize(parts, rng.choice(sorted(resized)), lines, values, rng)
    return written(parts)


def _fields(
    line: Line,
    fields: list[str],
    lines: Lines,
    values: Mapping[str, int],
    counts: set[str],
    rng: random.Random,
) -> list[str]:
    """Other fields for one line; numbers that count something stay."""
    if line.count:
        role = lines.roles.get(line.names[0], Role())
        row = Role(
            value=role.value, ascending=role.ascending, distinct=role.distinct,
            permutation=role.permutation, fixed_length=True,
        )  # fmt: skip
        made = changed([_value(field) for field in fields], row, rng, values)
        return [_written(value) for value in made]
    return [
        field if name in counts else _field(field, lines.roles.get(name, Role()), rng, values)
        for name, field in zip(line.names, fields, strict=True)
    ]


def _field(field: str, role: Role, rng: random.Random, values: Mapping[str, int]) -> str:
    if rng.random() < 0.3:
        return field
    made = changed(_value(field), role, rng, values)
    return _written(made) if not isinstance(made, str) or made else field


def _written(value: Any) -> str:
    return "".join(str(value).split()) or "0"


def _resize(parts: list[Part], name: str, lines: Lines, values: dict[str, int], rng: random.Random) -> None:
    """Give ``name`` another value, and what it counts that many rows or fields."""
    before = values[name]
    bound = lines.constraints.of(name, Of.VALUE)
    low = bound.low if bound.low is not None else 1
    after = rng.choice([before - 1, before + 1, before // 2, max(low, 1), 2])
    related = name in lines.lengths or any(
        role.permutation or role.value.below == name for role in lines.roles.values()
    )
    if related or after == before or not Bound(low=max(low, 1), high=bound.top(values)).within(after):
        return
    if after > _FEW_LINES < after - before:
        return
    for part in parts:
        if isinstance(part.spec, Block) and part.spec.count == name:
            part.rows[:] = [list(map(list, part.rows[place % before])) for place in range(after)]
        for row in part.rows:
            for line, fields in zip(part.lines, row, strict=True):
                if line.count == name and len(fields) == before:
                    fields[:] = [fields[place % before] for place in range(after)]
                elif not line.count and isinstance(part.spec, Line):
                    fields[:] = [
                        str(after) if own == name else field
                        for own, field in zip(line.names, fields, strict=True)
                    ]


# --- by looks


def _by_looks(given: str, rng: random.Random) -> str:
    """Change values, not sizes: a number alone on a line and a first line of up to three mostly are sizes."""
    lines = given.split("\n")
    if _INTEGER.fullmatch(given.strip()):
        return str(integer(int(given), Bound(), rng)) + ("\n" if given.endswith("\n") else "")
    column = given.split()
    if len(column) > 1 and column == given.rstrip("\n").split("\n") and column[0] == str(len(column) - 1):
        # The count, then that many values, one a line: the count stays, the values are those of one row.
        row = _row(" ".join(column[1:]), rng).split(" ")
        return "\n".join([column[0], *row]) + ("\n" if given.endswith("\n") else "")
    head = lines[0].split(" ")
    sizes = len(given.strip().split("\n")) > 1 and len(head) <= 3 and all(map(_INTEGER.fullmatch, head))
    return "\n".join(line if sizes and i == 0 else _row(line, rng) for i, line in enumerate(lines))


def _row(line: str, rng: random.Random) -> str:
    fields = line.split(" ")
    if len(fields) < 2:
        return line if _is_number(line) else text(line, Role(fixed_length=True), rng)
    if all(_INTEGER.fullmatch(field) for field in fields):
        made = [str(integer(int(field), Bound(), rng)) for field in fields]
        rng.shuffle(made)
        return " ".join(made)
    rng.shuffle(fields)
    return " ".join(fields)
