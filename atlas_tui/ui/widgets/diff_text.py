"""The text of the lines of a change, safe to show, and what in a changed line differs from the other one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

from atlas_tui.ui import sanitise
from atlas_tui.ui.widgets.diff_rows import NONE, Kind, Row, common

if TYPE_CHECKING:
    from atlas_tui.workspace.hunks import Change

LONGEST = 2_000
"""Most characters of a line that are shown."""
LONGEST_MARKED = 500
"""Longer lines are marked from the first to the last character that differs, without a look at words."""
MOST_MARKED = 0.8
"""Where more than this share of both lines differs, marks would be on nearly everything and say nothing."""
OLD, NEW = 0, 1

Spans = tuple[tuple[int, int], ...]

_ENDS = {"": "no newline at end", "\n": "LF", "\r\n": "CRLF", "\r": "CR"}


class Texts:
    """Both sides of a change as lines of text. Nothing is made before it is asked for."""

    def __init__(self, change: Change, new: Sequence[bytes]) -> None:
        # Not at the top: the app is to be on the screen before the working tree's part is loaded.
        from atlas_tui.workspace import raw_lines, words

        self._raw_lines, self._words = raw_lines, words
        self.raw: tuple[Sequence[bytes], Sequence[bytes]] = (change.old, new)
        self._style = change.style
        self._shown: tuple[dict[int, str], dict[int, str]] = ({}, {})
        self._marks: dict[tuple[int, int], tuple[Spans, Spans]] = {}

    def shown(self, side: int, place: int) -> str:
        """The line, safe to show, its tabs expanded; one that is too long ends in a word about the rest."""
        text = self._shown[side].get(place)
        if text is None:
            text = self._shown[side][place] = _safe(self._text(side, place))
        return text

    def holds(self, change: Change, new: Sequence[bytes]) -> bool:
        """Whether these are the texts of that change."""
        return self.raw == (change.old, new) and self._style == change.style

    @cached_property
    def width(self) -> int:
        """Columns that no line is wider than, as far as its bytes tell: exact for ASCII without tabs."""
        lines = [line for lines in self.raw for line in lines]
        tabs = max(map(bytes.count, lines, repeat(b"\t")), default=0)
        return min(max(map(len, lines), default=0) + (sanitise.TAB - 1) * tabs, LONGEST + 40)

    def note(self, side: int, place: int, other: int) -> str:
        """What differs from the line ``other`` of the other side, or NONE, and cannot be seen in the text."""
        raw = self.raw[side][place]
        end = self._raw_lines.end(raw, self._style)
        mark = bool(self._style.bom) and raw.startswith(self._style.bom)
        words = []
        if other == NONE:
            usual, marked = self._style.eol, place == 0 and bool(self._style.bom)
        else:
            twin = self.raw[1 - side][other]
            usual = self._raw_lines.end(twin, self._style)
            marked = bool(self._style.bom) and twin.startswith(self._style.bom)
        # Where one of two lines has no end at all, that one says so; the other has nothing to add.
        if end != usual and (usual or not end):
            words.append(_ENDS[end])
        if mark != marked and place == 0:
            words.append("byte order mark" if mark else "no byte order mark")
        if other != NONE and (end, mark) == (usual, marked):
            words.append(self._beyond(side, place, other))
        return " ".join(words)

    def marks(self, old: int, new: int) -> tuple[Spans, Spans]:
        """Where the two lines differ, in characters of what is shown; nothing where that is most of both."""
        found = self._marks.get((old, new))
        if found is None:
            found = self._found_marks(self.shown(OLD, old), self.shown(NEW, new))
            self._marks[old, new] = found
        return found

    def _text(self, side: int, place: int) -> str:
        raw = self.raw[side][place]
        return self._raw_lines.text(raw, self._style).removesuffix(self._raw_lines.end(raw, self._style))

    def _beyond(self, side: int, place: int, other: int) -> str:
        if self.shown(side, place) != self.shown(1 - side, other):
            return ""
        one, two = self._text(side, place), self._text(1 - side, other)
        at = common(one, two)
        return f"differs from character {at + 1:,}" if one != two else "differs in bytes"

    def _found_marks(self, old: str, new: str) -> tuple[Spans, Spans]:
        if old == new:
            return (), ()
        if max(len(old), len(new)) > LONGEST_MARKED:
            head = common(old, new)
            tail = min(common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
            left: Spans = ((head, len(old) - tail),) if head < len(old) - tail else ()
            right: Spans = ((head, len(new) - tail),) if head < len(new) - tail else ()
        else:
            left, right = self._words.word_marks(old, new)
        return (left, right) if _tells(old, left) or _tells(new, right) else ((), ())


def shown_text(texts: Texts, row: Row) -> str:
    """The text of the lines that a row shows, of both sides where it shows both."""
    if row.kind in (Kind.HEAD, Kind.FOLD):
        return ""
    sides = {Kind.REMOVED: (OLD,), Kind.BOTH: (OLD, NEW)}.get(row.kind, (NEW,))
    return " ".join(texts.shown(side, row.at(side)) for side in sides if row.at(side) != NONE)


def _safe(text: str) -> str:
    shown = sanitise.clean(text[:LONGEST], longest=LONGEST).replace("\n", "⏎")
    return f"{shown} … {len(text) - LONGEST:,} more" if len(text) > LONGEST else shown


def _tells(line: str, spans: Spans) -> bool:
    """Whether enough of the line is not marked."""
    ink = len(line.strip()) or 1
    return sum(end - start for start, end in spans) <= MOST_MARKED * ink
