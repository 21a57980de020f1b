"""A change as hunks that can be taken or left: whatever is taken, every other byte stays as it was.

A hunk is what git calls one: changes with at most six unchanged lines between them stand together. Lines
that moved are not guessed at; they are removed in one place and added in another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from atlas_tui.errors import InputError
from atlas_tui.workspace import raw_lines
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.cut import Cut, best_cut
from atlas_tui.workspace.edited import Edit
from atlas_tui.workspace.matching import matches
from atlas_tui.workspace.text import Style, style_of

CONTEXT = 3
"""Unchanged lines shown around a change."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """Changed lines with no unchanged line among them. Places as in ``Hunk``."""

    old: Range
    new: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """A part of a change that is taken or left as a whole."""

    number: int
    """From 1, in the order of the file."""
    old: Range
    """The lines of the base it replaces, from 0, the end not included."""
    new: Range
    """Where its lines stand in the new content when all hunks are taken."""
    removed: tuple[bytes, ...]
    """The lines in ``old``, raw, with their ends; also those between its runs, which do not change."""
    added: tuple[bytes, ...]
    """The lines in ``new``; also those between its runs."""
    runs: tuple[Run, ...] = ()
    """What changes in it. Between two runs stand the same lines, unchanged, on both sides."""

    def __post_init__(self) -> None:
        if not self.runs:
            object.__setattr__(self, "runs", (Run(self.old, self.new),))

    @property
    def lines_added(self) -> int:
        """Without the unchanged lines between its runs."""
        return sum(run.new[1] - run.new[0] for run in self.runs)

    @property
    def lines_removed(self) -> int:
        """Without the unchanged lines between its runs."""
        return sum(run.old[1] - run.old[0] for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A base and the hunks that would change it."""

    path: str
    exists: bool
    """The base does; a new file has no lines to begin with."""
    style: Style
    old: tuple[bytes, ...]
    """The raw lines of the base with their ends; the first one has the byte order mark."""
    hunks: tuple[Hunk, ...]

    def content(self, taken: Collection[int] | None = None) -> bytes:
        """The exact bytes with the hunks of these numbers; None takes all.

        Raises:
            InputError: there is no hunk of that number.
        """
        return b"".join(self._pieces(self.checked(taken)))

    def checked(self, taken: Collection[int] | None) -> frozenset[int]:
        """The numbers that are taken; None takes all.

        Raises:
            InputError: there is no hunk of that number.
        """
        known = frozenset(hunk.number for hunk in self.hunks)
        if taken is None:
            return known
        unknown = sorted(frozenset(taken) - known)
        if unknown:
            raise InputError(
                f"There is no hunk {unknown[0]}", f"the change has {_counted(len(known))}", _todo(known)
            )
        return frozenset(taken)

    @property
    def added(self) -> int:
        """Lines added by all hunks."""
        return sum(hunk.lines_added for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Lines removed by all hunks."""
        return sum(hunk.lines_removed for hunk in self.hunks)

    def _pieces(self, taken: Collection[int]) -> Iterator[bytes]:
        at = 0
        for hunk in self.hunks:
            if hunk.number in taken:
                yield from self.old[at : hunk.old[0]]
                yield from hunk.added
                at = hunk.old[1]
        yield from self.old[at:]


def change_of(base: Base, new: bytes) -> Change:
    """What writing ``new`` over the base would change. Lines differ when any byte of them does."""
    return _change(
        base.content, new, Change(path=base.path, exists=base.exists, style=base.style, old=(), hunks=())
    )


def compare(old: bytes, new: bytes, path: str) -> Change:
    """Two contents, none of which need be on the disk; the path is for showing.

    Raises:
        InputError: the content is binary.
    """
    style = style_of(old or new, path)
    return _change(old, new, Change(path=path, exists=True, style=style, old=(), hunks=()))


def changed_to(change: Change, new: bytes) -> Change:
    """The same base, changed to another content."""
    return _change(change.content(()), new, change)


def split_hunk(change: Change, number: int) -> Change:
    """The same change with a hunk in parts; the numbers after it rise by the parts it got more.

    Parts with unchanged lines between them come apart; else it is cut in two, at an empty line or beside
    lines that are alike where there are such. So nearly every hunk can be split down to single lines.

    Raises:
        InputError: there is no such hunk, or it cannot be split.
    """
    hunk = hunk_of(change, number)
    parts = [_part(hunk, runs) for runs in _parts(change, hunk)]
    hunks = [*change.hunks[: number - 1], *parts, *change.hunks[number:]]
    return replace(change, hunks=tuple(replace(each, number=at) for at, each in enumerate(hunks, 1)))


def edit_hunk(change: Change, number: int, text: str) -> Change:
    """The same change with other new lines in a hunk; numbers stay, and other hunks can still be left.

    Line ends are those of the file, and lines that stay keep the very bytes they had. In the last hunk of a
    file, a text without a final newline leaves its state as it is. An empty text only removes.

    Raises:
        InputError: there is no such hunk, it would change nothing, or the file's encoding lacks a character.
    """
    hunk = hunk_of(change, number)
    at_end = number == len(change.hunks) and hunk.old[1] == len(change.old)
    edit = Edit(
        removed=hunk.removed,
        added=hunk.added,
        style=change.style,
        path=change.path,
        is_first=hunk.new[0] == 0,
        is_last=at_end,
    )
    lines, old = edit.lines(text), hunk.old
    if change.style.bom and old[0] == 0 and not lines and old[1] < _start_of_next(change, number):
        # The mark moves to the line that is now the first.
        old, lines = (0, old[1] + 1), [change.style.bom + change.old[old[1]]]
    runs = [_moved_run(run, old[0], hunk.new[0]) for run in _runs(change.old[slice(*old)], lines)]
    if not runs:
        why = "these are the lines of the file"
        raise InputError(f"Hunk {number} would change nothing", why, "leave the hunk instead")
    edited = _hunk(number, runs, change.old, [*[b""] * hunk.new[0], *lines])
    by = (len(lines) - len(hunk.added)) - (old[1] - hunk.old[1])
    later = [_moved(each, by) for each in change.hunks[number:]]
    return replace(change, hunks=(*change.hunks[: number - 1], edited, *later))


def hunk_text(change: Change, number: int) -> str:
    """The new lines of a hunk as ``edit_hunk`` takes them, with line feeds as ends.

    Raises:
        InputError: there is no such hunk.
    """
    return "".join(
        raw_lines.bare(line, change.style) + ("\n" if raw_lines.end(line, change.style) else "")
        for line in hunk_of(change, number).added
    )


def hunk_of(change: Change, number: int) -> Hunk:
    """Raises: InputError: there is no such hunk."""
    change.checked((number,))
    return change.hunks[number - 1]


def _change(old: bytes, new: bytes, empty: Change) -> Change:
    old_lines = raw_lines.split(old, empty.style)
    new_lines = raw_lines.split(new, empty.style)
    hunks = tuple(
        _hunk(number, group, old_lines, new_lines)
        for number, group in enumerate(_groups(_runs(old_lines, new_lines)), 1)
    )
    return replace(empty, old=tuple(old_lines), hunks=hunks)


def _runs(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[Run]:
    i = j = 0
    for i_next, j_next in [*matches(old, new), (len(old), len(new))]:
        if i < i_next or j < j_next:
            yield Run((i, i_next), (j, j_next))
        i, j = i_next + 1, j_next + 1


def _groups(runs: Iterator[Run]) -> Iterator[list[Run]]:
    """Runs whose context would touch or overlap."""
    group: list[Run] = []
    for run in runs:
        if group and run.old[0] - group[-1].old[1] > 2 * CONTEXT:
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _hunk(number: int, runs: list[Run], old: Sequence[bytes], new: Sequence[bytes]) -> Hunk:
    whole, whole_new = (runs[0].old[0], runs[-1].old[1]), (runs[0].new[0], runs[-1].new[1])
    return Hunk(
        number=number,
        old=whole,
        new=whole_new,
        removed=tuple(old[slice(*whole)]),
        added=tuple(new[slice(*whole_new)]),
        runs=tuple(runs),
    )


def _parts(change: Change, hunk: Hunk) -> list[list[Run]]:
    if len(hunk.runs) > 1:
        return [[run] for run in hunk.runs]
    ended = (_is_ended(hunk.removed, change.style), _is_ended(hunk.added, change.style))
    at_mark = change.style.bom and not hunk.old[0]

    def fits(cut: Cut) -> bool:
        # A line without an end can only be the last: nothing may be left to stand after it.
        whole = (ended[0] or cut[0] < len(hunk.removed)) and (ended[1] or cut[1] < len(hunk.added))
        # The byte order mark stays the first, whichever part is taken.
        return whole and not (at_mark and 0 in cut)

    removed, added = (
        [raw_lines.text(line, change.style) for line in side] for side in (hunk.removed, hunk.added)
    )
    cut = best_cut(removed, added, fits)
    if cut is None:
        is_single = len(removed) <= 1 and len(added) <= 1
        why = "it is a single line" if is_single else "its lines only make sense together"
        raise InputError(f"Hunk {hunk.number} cannot be split", why, "edit it instead")
    i, j = hunk.old[0] + cut[0], hunk.new[0] + cut[1]
    return [[Run((hunk.old[0], i), (hunk.new[0], j))], [Run((i, hunk.old[1]), (j, hunk.new[1]))]]


def _part(hunk: Hunk, runs: list[Run]) -> Hunk:
    (old, old_end), (new, new_end) = (runs[0].old[0], runs[-1].old[1]), (runs[0].new[0], runs[-1].new[1])
    return Hunk(
        number=hunk.number,
        old=(old, old_end),
        new=(new, new_end),
        removed=hunk.removed[old - hunk.old[0] : old_end - hunk.old[0]],
        added=hunk.added[new - hunk.new[0] : new_end - hunk.new[0]],
        runs=tuple(runs),
    )


def _moved(hunk: Hunk, by: int) -> Hunk:
    new = (hunk.new[0] + by, hunk.new[1] + by)
    return replace(hunk, new=new, runs=tuple(_moved_run(run, 0, by) for run in hunk.runs))


def _moved_run(run: Run, old: int, new: int) -> Run:
    return Run((run.old[0] + old, run.old[1] + old), (run.new[0] + new, run.new[1] + new))


def _start_of_next(change: Change, number: int) -> int:
    """The line of the base the next hunk begins at."""
    return change.hunks[number].old[0] if number < len(change.hunks) else len(change.old)


def _is_ended(lines: tuple[bytes, ...], style: Style) -> bool:
    return not lines or bool(raw_lines.end(lines[-1], style))


def _counted(count: int) -> str:
    return "no hunks" if not count else "one hunk" if count == 1 else f"{count} hunks"


def _todo(known: Collection[int]) -> str:
    return f"choose from 1 to {len(known)}" if known else ""
