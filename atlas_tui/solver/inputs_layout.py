"""The layout of a program's input, from the format block of its statement, and samples read by it.

A block such as ``N M`` / ``A_1 A_2 \\ldots A_N`` / ``X_1 Y_1`` / ``\\vdots`` / ``X_M Y_M`` names every field:
bounds given by name can be applied, and it is known which numbers count what follows. A block that is written
otherwise, or that a sample does not fit, gives no layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEAD = re.compile(r"\b(?:in|of) the following format\b[^\n]*\n", re.IGNORECASE)
_OUTPUT = re.compile(r"^\W*Output\b\W*$", re.MULTILINE | re.IGNORECASE)
_FENCE = re.compile(r"^\s*(?:```\w*|<pre>|</pre>)\s*$")
_DOTS = re.compile(r"\\(?:l|c|h|v|d)?dots(?:[bcimo])?(?![a-z])|…|\.\.\.")
_DOWN = re.compile(r"^\s*(?:\\vdots|:|⋮|\.\.\.|…|\\ldots|\\dots)\s*$")
_TOKEN = re.compile(r"(?P<name>[A-Za-z]+)(?:_?\{?\(?(?P<sub>[A-Za-z0-9,]+)\)?\}?)?")
_MARKUP = re.compile(r"\\(?:mathrm|text|texttt|rm)\b\s*|[$`]|</?(?:var|i|b)>|\\[,;: ]")
_SPACED = re.compile(r"\s*([_,-])\s*(?=[\w{])")
_JOINED = re.compile(r"\}\s*[A-Za-z]+_|\dots[A-Za-z]+_|[A-Za-z]_\d+[A-Za-z]_")
_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the format: a name for each field, or one name for a row of fields."""

    names: tuple[str, ...]
    count: str = ""
    """How many fields a row has: a name, or empty for a line that is no row."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand several times."""

    lines: tuple[Line, ...]
    count: str
    """How many times: a name."""


Layout = tuple[Line | Block, ...]


@dataclass(slots=True)
class Part:
    """A line or block of the layout with the fields of one sample: for each repetition, for each line."""

    spec: Line | Block
    rows: list[list[list[str]]]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of one repetition."""
        return self.spec.lines if isinstance(self.spec, Block) else (self.spec,)


def read_layout(statement: str) -> Layout | None:
    """The layout that the only format block of ``statement`` gives; None where there is none to rely on."""
    statement = _OUTPUT.split(statement, maxsplit=1)[0]
    heads = list(_HEAD.finditer(statement))
    if len(heads) != 1:
        return None
    lines = [_tidy(line) for line in _block(statement[heads[0].end() :])]
    parsed = [None if _DOWN.match(line) else _tokens(line) for line in lines]
    if not parsed or any(tokens == [] for tokens in parsed):
        return None
    return _folded(lines, parsed)


def _block(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.split("\n")[:_MOST_LINES]:
        if _FENCE.match(line) or not line.strip():
            if lines:
                break
            continue
        lines.append(line)
    return lines


def _tidy(line: str) -> str:
    line = _SPACED.sub(r"\1", _MARKUP.sub(" ", line).strip())
    if _JOINED.search(line) and _DOTS.search(line):
        # Cells without blanks between them are one text.
        first = _TOKEN.match(line)
        return first[0] if first is not None else line
    return line


def _tokens(line: str) -> list[tuple[str, str]] | None:
    """Name and subscript of each field; an empty list for what is no field."""
    found = []
    for word in _DOTS.sub(" ", line).split():
        token = _TOKEN.fullmatch(word)
        if token is None:
            # Fields that stand together without blanks are one text.
            token = _TOKEN.match(word)
            if token is None or "_" not in word:
                return []
        found.append((token["name"], token["sub"] or ""))
    return found


def _folded(lines: list[str], parsed: list[list[tuple[str, str]] | None]) -> Layout | None:
    layout: list[Line | Block] = []
    specs: list[tuple[Line, str]] = []
    at = 0
    while at < len(lines):
        tokens = parsed[at]
        if tokens is None:
            height = _height(specs)
            last = parsed[at + height] if height and at + height < len(parsed) else None
            if not last or not all(parsed[at + 1 : at + height + 1]):
                return None
            count = last[0][1].split(",")[0]
            first = [spec for spec, sub in specs if sub == "1"][-height:]
            repeated = sum(sub.isdigit() for _, sub in specs)
            del layout[len(layout) - repeated :]
            layout.append(Block(tuple(first), count))
            specs, at = [], at + height + 1
            continue
        spec = _line(lines[at], tokens)
        sub = tokens[0][1].split(",")[0]
        specs = (
            [*specs, (spec, sub)] if sub.isdigit() and not (spec.count and "," not in tokens[0][1]) else []
        )
        layout.append(spec)
        at += 1
    return tuple(layout)


def _height(specs: list[tuple[Line, str]]) -> int:
    """How many lines a repetition has: those of the first."""
    return sum(sub == "1" for _, sub in specs)


def _line(line: str, tokens: list[tuple[str, str]]) -> Line:
    names = tuple(name for name, _ in tokens)
    if _DOTS.search(line) and len(set(names)) == 1 and " " in line:
        return Line((names[0],), tokens[-1][1].split(",")[-1])
    return Line(names)


def fit(given: str, layout: Layout) -> list[Part] | None:
    """The fields of ``given`` by ``layout``, or None where they do not fit it exactly."""
    waiting = [line.split() for line in given.rstrip("\n").split("\n")]
    values: dict[str, int] = {}
    parts: list[Part] = []
    for spec in layout:
        lines = spec.lines if isinstance(spec, Block) else (spec,)
        times = (
            values.get(spec.count, int(spec.count) if spec.count.isdigit() else -1)
            if isinstance(spec, Block)
            else 1
        )
        rows = []
        for _ in range(times):
            row = []
            for line in lines:
                if not waiting or not _matches(waiting[0], line, values):
                    return None
                row.append(waiting.pop(0))
                if not line.count:
                    values.update(_integers(line.names, row[-1]))
            rows.append(row)
        if times < 0:
            return None
        parts.append(Part(spec, rows))
    return parts if not waiting else None


def _matches(fields: list[str], line: Line, values: Mapping[str, int]) -> bool:
    if line.count:
        return len(fields) == values.get(line.count, len(fields)) or len(fields) == 1
    return len(fields) == len(line.names)


def _integers(names: tuple[str, ...], fields: list[str]) -> Iterator[tuple[str, int]]:
    for name, text in zip(names, fields, strict=True):
        if re.fullmatch(r"-?\d{1,30}", text):
            yield name, int(text)


def written(parts: list[Part]) -> str:
    """The input that the parts stand for."""
    lines = [" ".join(fields) for part in parts for row in part.rows for fields in row]
    return "\n".join(lines) + "\n"
