"""Three versions of a file side by side: as it was read, as it is now, and as it was to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from atlas_tui.workspace import raw_lines
from atlas_tui.workspace.matching import matches
from atlas_tui.workspace.text import Style


class PartKind(StrEnum):
    SAME = "same"
    """Unchanged on both sides."""
    OURS = "ours"
    """Changed in the working tree alone."""
    THEIRS = "theirs"
    """Changed in the proposal alone."""
    BOTH = "both"
    """Changed in the same way on both sides."""
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of the file; raw lines with their ends, text out of files."""

    kind: PartKind
    base: tuple[bytes, ...]
    """As it was read."""
    ours: tuple[bytes, ...]
    """As it is in the working tree now."""
    theirs: tuple[bytes, ...]
    """As it was proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    parts: tuple[Part, ...]
    """In the order of the file; together they are all of it."""
    conflicts: int
    """How many of the parts are in conflict."""
    content: bytes | None
    """The bytes with the changes of both sides; None where they conflict."""

    def with_ours(self) -> bytes:
        """The bytes with the changes of both sides, and where they conflict those of the working tree."""
        return b"".join(
            line
            for part in self.parts
            for line in (part.theirs if part.kind is PartKind.THEIRS else part.ours)
        )


def merge(base: bytes, ours: bytes, theirs: bytes, style: Style) -> Merge:
    """Merge line by line. Changes that touch each other conflict, unless they are the same."""
    parts = tuple(_joined(_parts(*(raw_lines.split(each, style) for each in (base, ours, theirs)))))
    merged = Merge(
        parts=parts,
        conflicts=sum(part.kind is PartKind.CONFLICT for part in parts),
        content=None,
    )
    if merged.conflicts:
        return merged
    return Merge(parts=parts, conflicts=0, content=merged.with_ours())


def _parts(base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]) -> Iterator[Part]:
    in_ours, in_theirs = dict(matches(base, ours)), dict(matches(base, theirs))
    at = at_ours = at_theirs = 0
    stable = [(i, in_ours[i], in_theirs[i]) for i in in_ours if i in in_theirs]
    for i, j, k in [*stable, (len(base), len(ours), len(theirs))]:
        if (at, at_ours, at_theirs) != (i, j, k):
            yield _part(base[at:i], ours[at_ours:j], theirs[at_theirs:k])
        if i < len(base):
            line = (base[i],)
            yield Part(kind=PartKind.SAME, base=line, ours=line, theirs=line)
        at, at_ours, at_theirs = i + 1, j + 1, k + 1


def _part(base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]) -> Part:
    if ours == theirs:
        kind = PartKind.BOTH
    elif ours == base:
        kind = PartKind.THEIRS
    elif theirs == base:
        kind = PartKind.OURS
    else:
        kind = PartKind.CONFLICT
    return Part(kind=kind, base=tuple(base), ours=tuple(ours), theirs=tuple(theirs))


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    """Unchanged lines that follow each other as one part."""
    same: list[bytes] = []
    for part in parts:
        if part.kind is PartKind.SAME:
            same += part.base
            continue
        if same:
            yield _unchanged(same)
            same = []
        yield part
    if same:
        yield _unchanged(same)


def _unchanged(lines: list[bytes]) -> Part:
    whole = tuple(lines)
    return Part(kind=PartKind.SAME, base=whole, ours=whole, theirs=whole)
