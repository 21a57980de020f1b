"""Fenced blocks of a Markdown-like reply, with every place where each may end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPEN = re.compile(
    r"(?P<lead>[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?)(?P<mark>`{3,}|~{3,})(?P<info>.*)"
)
_OPEN_LATE = re.compile(r"[^`]*[^`\s][ \t]*(?P<mark>`{3,})[ \t]*(?P<info>python3?|py)[ \t]*", re.IGNORECASE)
_CLOSE_LATE = re.compile(r"(?P<code>[^`]*[^`\s])[ \t]*`{3,}[ \t]*")
_WORD = re.compile(r"[\w+#.-]*")
MAX_ENDS = 8
"""How many closing marks are tried for one opening mark."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block that begins at one line and may end at several: code can hold fences itself."""

    language: str
    """First word after the opening mark, in lower case."""
    start: int
    """Index of the first line inside."""
    ends: tuple[tuple[int, str], ...]
    """(index of the line where the search for the next block goes on, text of the block), likeliest first."""


def next_block(lines: list[str], start: int) -> Block | None:
    """The first block that opens at or after line ``start``."""
    for number in range(start, len(lines)):
        opened = _OPEN.fullmatch(lines[number])
        if opened is not None and not ("`" in opened["mark"] and "`" in opened["info"]):
            return _block(lines, number + 1, opened["mark"], opened["info"], opened["lead"])
        late = _OPEN_LATE.fullmatch(lines[number]) if "```" in lines[number] else None
        if late is not None:
            return _block(lines, number + 1, late["mark"], late["info"], "")
    return None


def _block(lines: list[str], start: int, mark: str, info: str, lead: str) -> Block:
    language = _WORD.match(info.strip().lstrip("{."))
    ends = list(_ends(lines, start, mark))
    return Block(
        language=language[0].lower() if language else "",
        start=start,
        ends=tuple((after, _inside(lines[start:end], last, lead)) for end, last, after in ends),
    )


def _ends(lines: list[str], start: int, mark: str) -> Iterator[tuple[int, str | None, int]]:
    """(end of the lines inside, text of a last line cut at its closing mark, line to go on from)."""
    found = 0
    late: list[tuple[int, str | None, int]] = []
    for number in range(start, len(lines)):
        stripped = lines[number].lstrip(" \t>").rstrip()
        if len(stripped) >= len(mark) and stripped == mark[0] * len(stripped):
            yield number, None, number + 1
            found += 1
        elif mark[0] == "`" and "```" in stripped and not late:
            cut = _CLOSE_LATE.fullmatch(lines[number])
            late += [(number, cut["code"], number + 1)] if cut else []
        if found == MAX_ENDS:
            break
    yield from late
    if found < MAX_ENDS:
        yield len(lines), None, len(lines)


def _inside(lines: list[str], last: str | None, lead: str) -> str:
    taken = lines if last is None else [*lines, last]
    if ">" in lead:
        taken = [re.sub(r"^[ \t]*>[ \t]?", "", line) for line in taken]
    return "\n".join(taken)
