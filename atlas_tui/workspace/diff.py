"""What writing a solution would change, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from atlas_tui.workspace import raw_lines
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.hunks import CONTEXT, Change, Hunk, Range, change_of, changed_to
from atlas_tui.workspace.text import Style

_NO_NEWLINE = b"\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: str
    """A space for unchanged, ``+``, ``-``, or ``@`` for the head of a hunk."""
    old_no: int | None
    """Line number before, counted from 1; None for added lines and heads."""
    new_no: int | None
    text: str
    """Without its line end. Text out of a file: to be sanitised before it is shown."""
    hunk: int = 0
    """The number of the hunk; 0 for unchanged lines."""
    end: str = "\n"
    """The line end: lines may differ in nothing else. Empty for a last line without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    path: str
    lines: tuple[DiffLine, ...]
    """Every hunk has its own head; with a hunk that was split, context stands with its first part."""
    added: int
    """Lines added."""
    removed: int
    """Lines removed."""
    unified: str
    """The same as a unified diff, for printing."""


def diff(base: Base, new: bytes) -> Diff:
    """Compare the base with what would be written. Lines differ when any byte of them does."""
    return diff_of(change_of(base, new))


def diff_of(change: Change, taken: Collection[int] | None = None) -> Diff:
    """What taking the hunks of these numbers would change; None takes all. Hunks left are not in it.

    Raises:
        InputError: there is no hunk of that number.
    """
    hunks = _taken(change, taken)
    lines = tuple(_lines(change, hunks))
    return Diff(
        path=change.path,
        lines=lines,
        added=sum(line.kind == "+" for line in lines),
        removed=sum(line.kind == "-" for line in lines),
        unified=_text(patch(change, taken), change.style),
    )


def patch(change: Change, taken: Collection[int] | None = None) -> bytes:
    """The hunks of these numbers as a unified diff in the file's own bytes, as ``git apply`` takes it.

    Of a file in UTF-16 or UTF-32, which git holds to be binary, it is only for reading, and in UTF-8.

    Raises:
        InputError: there is no hunk of that number.
    """
    if change.style.eol == "\r":
        # Git knows no such line ends: for it, this is one line.
        content = change.content(taken)
        change, taken = changed_to(replace(change, style=replace(change.style, eol="\n")), content), None
    hunks = _taken(change, taken)
    if not hunks:
        return b""
    old = patch_name(f"a/{change.path}") if change.exists else b"/dev/null"
    parts = [b"--- %s\n+++ %s\n" % (old, patch_name(f"b/{change.path}"))]
    for group in _groups(hunks):
        parts += _patch_lines(change, group)
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A hunk, and by how many lines it stands elsewhere because others are left."""

    hunk: Hunk
    shift: int

    @property
    def ahead(self) -> int:
        """How far the new content is ahead of the base before the hunk, in lines."""
        return self.hunk.new[0] + self.shift - self.hunk.old[0]

    @property
    def grown(self) -> int:
        return len(self.hunk.added) - len(self.hunk.removed)


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str
    old: int | None
    new: int | None
    raw: bytes
    hunk: int


def _taken(change: Change, numbers: Collection[int] | None) -> list[_Taken]:
    wanted, shift = change.checked(numbers), 0
    found: list[_Taken] = []
    for hunk in change.hunks:
        taken = _Taken(hunk, shift)
        if hunk.number in wanted:
            found.append(taken)
        else:
            shift -= taken.grown
    return found


def _groups(hunks: list[_Taken]) -> Iterator[list[_Taken]]:
    """Those whose context would touch or overlap: a patch has them under one head."""
    group: list[_Taken] = []
    for taken in hunks:
        if group and taken.hunk.old[0] - group[-1].hunk.old[1] > 2 * CONTEXT:
            yield group
            group = []
        group.append(taken)
    yield group


def _lines(change: Change, hunks: list[_Taken]) -> Iterator[DiffLine]:
    shown = 0
    limits = [*(taken.hunk.old[0] for taken in hunks), len(change.old)]
    for taken, limit in zip(hunks, limits[1:], strict=False):
        hunk = taken.hunk
        span = (max(shown, hunk.old[0] - CONTEXT), min(limit, hunk.old[1] + CONTEXT))
        shown = span[1]
        yield DiffLine("@", None, None, _head([taken], span), hunk.number)
        for row in _rows(change, [taken], span):
            old_no, new_no = (None if place is None else place + 1 for place in (row.old, row.new))
            text, end = raw_lines.bare(row.raw, change.style), raw_lines.end(row.raw, change.style)
            yield DiffLine(row.kind, old_no, new_no, text, row.hunk, end)


def _patch_lines(change: Change, hunks: list[_Taken]) -> Iterator[bytes]:
    span = (max(0, hunks[0].hunk.old[0] - CONTEXT), min(len(change.old), hunks[-1].hunk.old[1] + CONTEXT))
    yield _head(hunks, span).encode() + b"\n"
    for row in _rows(change, hunks, span):
        raw = raw_lines.text(row.raw, change.style).encode() if raw_lines.is_wide(change.style) else row.raw
        yield row.kind.encode() + raw + (b"" if raw.endswith(b"\n") else b"\n" + _NO_NEWLINE)


def _rows(change: Change, hunks: list[_Taken], span: Range) -> Iterator[_Row]:
    """The lines of this span of the base, with what the hunks change there."""
    at, ahead = span[0], hunks[0].ahead
    for taken in hunks:
        hunk = taken.hunk
        for run in hunk.runs:
            yield from _same(change, (at, run.old[0]), ahead)
            for line in range(*run.old):
                yield _Row("-", line, None, change.old[line], hunk.number)
            for line in range(*run.new):
                yield _Row("+", None, line + taken.shift, hunk.added[line - hunk.new[0]], hunk.number)
            at, ahead = run.old[1], run.new[1] + taken.shift - run.old[1]
    yield from _same(change, (at, span[1]), ahead)


def _same(change: Change, span: Range, ahead: int) -> Iterator[_Row]:
    for line in range(*span):
        yield _Row(" ", line, line + ahead, change.old[line], 0)


def _head(hunks: list[_Taken], span: Range) -> str:
    start, end = span[0] + hunks[0].ahead, span[1] + hunks[0].ahead + sum(taken.grown for taken in hunks)
    return f"@@ -{_range(*span)} +{_range(start, end)} @@"


def _range(start: int, end: int) -> str:
    count = end - start
    # An empty range is named by the line before it.
    return f"{start + 1 if count else start}" + ("" if count == 1 else f",{count}")


def patch_name(path: str) -> bytes:
    """A path as git writes it in a patch: quoted where a line cannot hold it, marked where it has spaces."""
    raw = path.encode()
    quoted = b"".join(_quoted(byte) for byte in raw)
    if quoted != raw:
        return b'"' + quoted + b'"'
    return raw + (b"\t" if b" " in raw else b"")


def _quoted(byte: int) -> bytes:
    if byte in b'"\\':
        return b"\\%c" % byte
    return b"\\%03o" % byte if byte < 0x20 or byte == 0x7F else b"%c" % byte


def _text(unified: bytes, style: Style) -> str:
    if not unified:
        return ""
    old, new, body = unified.split(b"\n", 2)
    # The names are not in the encoding of the file.
    names = b"%s\n%s\n" % (old, new)
    try:
        return names.decode() + body.decode("utf-8" if raw_lines.is_wide(style) else style.encoding)
    except UnicodeDecodeError:
        return names.decode() + body.decode("latin-1")
