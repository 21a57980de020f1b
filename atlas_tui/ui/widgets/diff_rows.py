"""From a change to the rows that show it, in one column or in two. Pure: no widget, no colour, no disk.

A row names lines by their places; their text is made when it is drawn, so that laying out thousands of
changed lines costs milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING, AnyStr, NamedTuple

if TYPE_CHECKING:
    from atlas_tui.workspace.hunks import Change, Hunk, Run

CONTEXT = 3
"""Unchanged lines that stay in sight around a hunk."""
SHORTEST_FOLD = 2
"""Hiding a single line behind a line that says so gains nothing."""
MOST_COMPARED = 4_000
"""Pairs of lines of one change that are looked at for likeness; past it lines are paired as they come."""
LIKE = 0.5
"""From this likeness on, two lines count as one that was changed."""

NONE = -1


class Kind(Enum):
    HEAD = auto()
    """Begins a hunk: its number, whether it is taken, its size."""
    SAME = auto()
    REMOVED = auto()
    ADDED = auto()
    BOTH = auto()
    """Only in two columns: a removed line on the left of the added one that stands in its place."""
    FOLD = auto()
    """Stands for unchanged lines that are not shown."""


class Row(NamedTuple):
    kind: Kind
    hunk: int = 0
    """The hunk it belongs to; 0 for unchanged lines outside. A fold has the number of the hunk above it."""
    old: int = NONE
    """Place of its line in the old content, from 0. Of an added line in one column: the line it is like."""
    new: int = NONE
    """Place in the new content, all hunks taken. Of a removed line in one column: the line it is like."""
    hidden: int = 0
    """Of a fold: how many lines it stands for."""

    def at(self, side: int) -> int:
        """Place of its line on the old side (0) or the new one (1)."""
        return self.new if side else self.old


class Rows:
    """Rows one after the other, kept as blocks of like ones: 10,000 unchanged lines are one block.

    Field by field, as a garbage collection while they are made would take longer than making them: it looks
    at every row that is kept, but not at lists of numbers.
    """

    def __init__(self) -> None:
        self._kinds: list[Kind] = []
        self._hunks: list[int] = []
        self._olds: list[int] = []
        self._news: list[int] = []
        self._hidden: list[int] = []
        self._starts: list[int] = []
        self._length = 0

    def add(self, row: Row, count: int = 1) -> None:
        """Put rows at the end: ``row``, and for each further one the lines after it."""
        if count:
            kind, hunk, old, new, hidden = row
            self._kinds.append(kind)
            self._hunks.append(hunk)
            self._olds.append(old)
            self._news.append(new)
            self._hidden.append(hidden)
            self._starts.append(self._length)
            self._length += count

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, y: int) -> Row:
        if not 0 <= y < self._length:
            raise IndexError(y)
        block = bisect_right(self._starts, y) - 1
        row, on = self._first(block), y - self._starts[block]
        return row._replace(old=_on(row.old, on), new=_on(row.new, on)) if on else row

    def __iter__(self) -> Iterator[Row]:
        return (self[y] for y in range(self._length))

    def cut(self, top: int, end: int) -> list[Row]:
        """The rows from ``top`` to before ``end``, as far as there are any."""
        return [self[y] for y in range(max(0, top), min(end, self._length))]

    def find(self, wanted: Row) -> int:
        """Where the row is, or else the line it was for: other folds or columns may have moved it."""
        if wanted.kind is Kind.HEAD:
            return next((start for start, row, _ in self._all() if row[:2] == wanted[:2]), 0)
        for start, row, count in self._all():
            if row.kind is Kind.HEAD:
                continue
            for place, first in ((wanted.old, row.old), (wanted.new, row.new)):
                if NONE not in (place, first) and first <= place < first + max(count, row.hidden):
                    return start + min(place - first, count - 1)
        return max(0, self._length - 1)

    def _all(self) -> Iterator[tuple[int, Row, int]]:
        """Of each block: its place, its first row, how many there are."""
        for block, (start, end) in enumerate(pairwise([*self._starts, self._length])):
            yield start, self._first(block), end - start

    def _first(self, block: int) -> Row:
        return Row(
            self._kinds[block], self._hunks[block], self._olds[block], self._news[block], self._hidden[block]
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The rows, and where each hunk is among them."""

    rows: Rows
    spans: tuple[tuple[int, int], ...] = ()
    """Of each hunk, in their order: the row of its head, and the row after its last one."""
    folds: frozenset[int] = frozenset()
    """The folds that are closed, by the number of the hunk above, 0 at the top."""

    def hunk_in(self, top: int, end: int) -> int:
        """Number of the first hunk with a row in that stretch; 0 for none."""
        place = bisect_right(self.spans, top, key=lambda span: span[1])
        return place + 1 if place < len(self.spans) and self.spans[place][0] < end else 0


def lay_out(
    change: Change, *, beside: bool = False, opened: Collection[int] = (), whole: bool = False
) -> Page:
    """The rows of a change. ``opened`` are the folds to show in full; ``whole`` opens all of them."""
    rows = Rows()
    spans: list[tuple[int, int]] = []
    folds: set[int] = set()
    compared = [0]
    old = new = above = 0
    for hunk in change.hunks:
        around = (CONTEXT if above else 0, CONTEXT)
        if _same(rows, (old, hunk.old[0]), new, around, above, whole or above in opened):
            folds.add(above)
        head = len(rows)
        rows.add(Row(Kind.HEAD, hunk.number))
        _changed(rows, hunk, beside, compared)
        spans.append((head, len(rows)))
        (_, old), (_, new), above = hunk.old, hunk.new, hunk.number
    around = (CONTEXT if above else 0, 0)
    if _same(rows, (old, len(change.old)), new, around, above, whole or above in opened):
        folds.add(above)
    return Page(rows, tuple(spans), frozenset(folds))


def new_lines(change: Change) -> list[bytes]:
    """The raw lines of the new content, all hunks taken."""
    lines: list[bytes] = []
    at = 0
    for hunk in change.hunks:
        lines += change.old[at : hunk.old[0]]
        lines += hunk.added
        at = hunk.old[1]
    lines += change.old[at:]
    return lines


def _same(
    rows: Rows, old: tuple[int, int], new: int, around: tuple[int, int], fold: int, whole: bool
) -> bool:
    """Unchanged lines between two hunks, ``around`` lines of them always shown; whether any are folded."""
    start, end = old
    first, last = start + around[0], end - around[1]
    if whole or last - first < SHORTEST_FOLD:
        rows.add(Row(Kind.SAME, 0, start, new), end - start)
        return False
    rows.add(Row(Kind.SAME, 0, start, new), first - start)
    rows.add(Row(Kind.FOLD, fold, first, new + first - start, last - first))
    rows.add(Row(Kind.SAME, 0, last, new + last - start), end - last)
    return True


def _changed(rows: Rows, hunk: Hunk, beside: bool, compared: list[int]) -> None:
    at, number = hunk.old[0], hunk.number
    for run in hunk.runs:
        (old, old_end), (new, new_end) = run.old, run.new
        rows.add(Row(Kind.SAME, number, at, new - (old - at)), old - at)
        at = old_end
        removed, added = old_end - old, new_end - new
        if not removed:
            rows.add(Row(Kind.ADDED, number, NONE, new), added)
        elif not added:
            rows.add(Row(Kind.REMOVED, number, old), removed)
        elif removed == added and beside:
            rows.add(Row(Kind.BOTH, number, old, new), added)
        elif removed == added:
            rows.add(Row(Kind.REMOVED, number, old, new), removed)
            rows.add(Row(Kind.ADDED, number, old, new), added)
        else:
            _uneven(rows, number, _pairs(hunk, run, beside, compared), beside)


def _uneven(rows: Rows, number: int, pairs: list[tuple[int, int]], beside: bool) -> None:
    if beside:
        for old, new in pairs:
            rows.add(Row(_kind(old, new), number, old, new))
        return
    for old, new in pairs:
        if old != NONE:
            rows.add(Row(Kind.REMOVED, number, old, new))
    for old, new in pairs:
        if new != NONE:
            rows.add(Row(Kind.ADDED, number, old, new))


def _kind(old: int, new: int) -> Kind:
    return Kind.REMOVED if new == NONE else Kind.ADDED if old == NONE else Kind.BOTH


def _pairs(hunk: Hunk, run: Run, beside: bool, compared: list[int]) -> list[tuple[int, int]]:
    """Which removed line became which added one; both rise, and NONE stands where there is no other."""
    (old, old_end), (new, new_end) = run.old, run.new
    removed, added = old_end - old, new_end - new
    if compared[0] + removed * added > MOST_COMPARED:
        both = min(removed, added)
        rest = _rest((old + both, old_end), (new + both, new_end), beside)
        return [*zip(range(old, old + both), range(new, new + both), strict=True), *rest]
    compared[0] += removed * added
    left = hunk.removed[old - hunk.old[0] : old_end - hunk.old[0]]
    right = hunk.added[new - hunk.new[0] : new_end - hunk.new[0]]
    pairs: list[tuple[int, int]] = []
    i = j = 0
    for a, b in [*_alike(left, right), (removed, added)]:
        pairs += _rest((old + i, old + a), (new + j, new + b), beside)
        if a < removed:
            pairs.append((old + a, new + b))
        i, j = a + 1, b + 1
    return pairs


def _rest(old: tuple[int, int], new: tuple[int, int], beside: bool) -> Iterator[tuple[int, int]]:
    """Lines that are like none on the other side: in two columns they share rows, to save height."""
    if beside:
        yield from zip_longest(range(*old), range(*new), fillvalue=NONE)
        return
    yield from ((line, NONE) for line in range(*old))
    yield from ((NONE, line) for line in range(*new))


def _alike(left: Sequence[bytes], right: Sequence[bytes]) -> list[tuple[int, int]]:
    """The pairs of like lines, both rising, whose likeness adds up to the most."""
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    like = [[_likeness(one.strip(), other.strip()) for other in right] for one in left]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            together = like[i][j] + best[i + 1][j + 1] if like[i][j] >= LIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _likeness(one: bytes, other: bytes) -> float:
    """The share of the longer line that both begin and end with alike, 0 to 1: rough, but quick."""
    longest, shortest = max(len(one), len(other)), min(len(one), len(other))
    if not shortest:
        return 0.0
    return min(common(one, other) + common(one[::-1], other[::-1]), shortest) / longest


def common(one: AnyStr, other: AnyStr) -> int:
    """How many characters both begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _on(place: int, lines: int) -> int:
    return place if place == NONE else place + lines
