"""What writing a solution would change, line by line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from atlas_tui.workspace.base import Base
from atlas_tui.workspace.text import Style

CONTEXT = 3
"""Unchanged lines shown around a change."""
_NO_NEWLINE = "\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: str
    """A space for unchanged, ``+``, ``-``, or ``@`` for the head of a hunk."""
    old_no: int | None
    """Line number before, counted from 1; None for added lines and heads."""
    new_no: int | None
    text: str
    """Without its line end. Text out of a file: to be sanitised before it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    path: str
    lines: tuple[DiffLine, ...]
    added: int
    """Lines added."""
    removed: int
    """Lines removed."""
    unified: str
    """The same as a unified diff, for printing."""


def diff(base: Base, new: bytes) -> Diff:
    """Compare the base with what would be written. Lines differ when any byte of them does."""
    old_lines, new_lines = _lines(base.content, base.style), _lines(new, base.style)
    lines: list[DiffLine] = []
    parts: list[str] = []
    for hunk in _hunks(old_lines, new_lines):
        head = _head(hunk)
        lines.append(DiffLine("@", None, None, head))
        parts.append(head + "\n")
        for tag, a, a_end, b, b_end in hunk:
            rows = _rows(tag, old_lines[a:a_end], new_lines[b:b_end], a + 1, b + 1)
            for row, raw in rows:
                lines.append(row)
                parts.append(row.kind + raw + ("" if raw.endswith("\n") else "\n" + _NO_NEWLINE))
    if parts:
        parts.insert(0, f"--- {f'a/{base.path}' if base.exists else '/dev/null'}\n+++ b/{base.path}\n")
    return Diff(
        path=base.path,
        lines=tuple(lines),
        added=sum(line.kind == "+" for line in lines),
        removed=sum(line.kind == "-" for line in lines),
        unified="".join(parts),
    )


_Opcode = tuple[str, int, int, int, int]


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[list[_Opcode]]:
    # The parts both have at the ends are set aside: the matcher is slow on long texts.
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    tail = next((i for i in range(limit - head) if old[-1 - i] != new[-1 - i]), limit - head)
    matcher = difflib.SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
    )
    opcodes: list[_Opcode] = [("equal", 0, head, 0, head)] if head else []
    opcodes += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
    if tail:
        opcodes.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    group: list[_Opcode] = []
    for index, (tag, a, a_end, b, b_end) in enumerate(opcodes):
        if tag != "equal":
            group.append((tag, a, a_end, b, b_end))
            continue
        first, last = index == 0, index == len(opcodes) - 1
        if not first and (last or a_end - a > 2 * CONTEXT):
            end = min(CONTEXT, a_end - a)
            yield [*group, (tag, a, a + end, b, b + end)]
            group = []
        if not last:
            start = 0 if group else max(0, a_end - a - CONTEXT)
            group.append((tag, a + start, a_end, b + start, b_end))
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _head(hunk: list[_Opcode]) -> str:
    (_, a, _, b, _), (_, _, a_end, _, b_end) = hunk[0], hunk[-1]
    return f"@@ -{_range(a, a_end)} +{_range(b, b_end)} @@"


def _range(start: int, end: int) -> str:
    count = end - start
    # An empty range is named by the line before it.
    return f"{start + 1 if count else start}" + ("" if count == 1 else f",{count}")


def _rows(
    tag: str, old: list[bytes], new: list[bytes], old_no: int, new_no: int
) -> Iterator[tuple[DiffLine, str]]:
    if tag == "equal":
        for offset, line in enumerate(old):
            raw = _shown(line)
            yield DiffLine(" ", old_no + offset, new_no + offset, raw.rstrip("\r\n")), raw
        return
    for offset, line in enumerate(old):
        raw = _shown(line)
        yield DiffLine("-", old_no + offset, None, raw.rstrip("\r\n")), raw
    for offset, line in enumerate(new):
        raw = _shown(line)
        yield DiffLine("+", None, new_no + offset, raw.rstrip("\r\n")), raw


def _lines(content: bytes, style: Style) -> list[bytes]:
    """Lines with their ends, split where git splits them; UTF-16 and UTF-32 as UTF-8."""
    if style.bom and content.startswith(style.bom):
        content = content[len(style.bom) :].decode(style.encoding, "replace").encode()
    if b"\n" not in content:
        return content.splitlines(keepends=True)
    *whole, last = content.split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])


def _shown(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
