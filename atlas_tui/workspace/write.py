"""Writing, taking back and doing again: all files or none, and never over somebody else's change."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import folders, names, tree
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.folders import MadeFolder
from atlas_tui.workspace.journal import Entry, Journal, State, next_turn
from atlas_tui.workspace.swap import Place, Swap, fresh_name
from atlas_tui.workspace.tree import ABSENT, FileState, Found

log = logging.getLogger(__name__)

MOST_FILES = 200
"""Of one change; each holds its folder open until all are written."""


@dataclass(frozen=True, slots=True)
class Write:
    """One file of a change: what was read, and the content it gets; None removes the file."""

    base: Base
    new: bytes | None

    @property
    def after(self) -> FileState:
        return ABSENT if self.new is None else FileState.of(self.new, self.base.mode)

    @property
    def confirm(self) -> str:
        """Why this write needs an explicit yes; empty when it does not."""
        return self.base.confirm or ("it is to be removed" if self.new is None else "")


@dataclass(slots=True)
class _Step:
    """One file of a change that is under way."""

    entry: Entry
    content: bytes | None
    """What it gets; None removes it."""
    links: int = 1
    """How many names the file may have."""
    rest: State | None = None
    """What became of it when the change failed."""


def check(writes: Sequence[Write]) -> None:
    """What can be refused before anything is opened. Raises: Refused."""
    if not writes:
        raise Refused("Nothing is written", "no file was named", "accept a solution first")
    if len(writes) > MOST_FILES:
        raise Refused("Nothing is written", f"{len(writes)} files are more than {MOST_FILES} at once")
    known: dict[object, str] = {}
    for each in writes:
        base = each.base
        if each.new is not None and len(each.new) > tree.LARGEST:
            why = f"it would have {len(each.new):,} bytes"
            raise Refused(f"{base.path} is not written", why, "choose another target")
        if base.state == each.after:
            why = "it already holds the solution" if base.exists else "there is nothing to remove"
            raise Refused(f"{base.path} is not written", why)
        names.check_components(base.parts, Refused)
        # Two names that differ in case alone are one file on some file systems.
        file = (base.stamp.dev, base.stamp.ino) if base.stamp else base.path
        if file in known or base.path in known.values():
            why = f"{base.path} and {known.get(file, base.path)} are the same file"
            raise Refused("Nothing is written", why, "name each file once")
        known[file] = base.path


def apply(root: Path, journal: Journal, writes: Sequence[Write], session: str) -> list[Entry]:
    """Make all the writes or none of them; called under the journal's lock, after ``check``.

    Raises:
        Refused: a file is not as it was read, or cannot be written; nothing is changed.
    """
    steps = []
    for each in writes:
        entry = Entry(
            id="", session=session, path=each.base.path, at=0.0, before=each.base.state, after=each.after
        )
        steps.append(_Step(entry, each.new, max(1, each.base.links)))
    with _told("written", steps):
        _prepare(root, steps, "run again on it as it is now")
        contents = [(each.base.content, each.new or b"") for each in writes]
        begun = journal.begin([step.entry for step in steps], contents)
        for step, entry in zip(steps, begun, strict=True):
            step.entry = entry
        return _carry_out(root, journal, steps)


def undo(root: Path, journal: Journal, entries: Sequence[Entry]) -> list[Entry]:
    """Restore what the entries of a group replaced, byte by byte, and remove what they created.

    Raises:
        Refused: a file is not as it was written; nothing is changed.
    """
    return _again(root, journal, entries, State.UNDOING, "undone")


def redo(root: Path, journal: Journal, entries: Sequence[Entry]) -> list[Entry]:
    """Write once more what ``undo`` took back.

    Raises:
        Refused: a file is not as ``undo`` left it; nothing is changed.
    """
    return _again(root, journal, entries, State.REDOING, "redone")


def _again(root: Path, journal: Journal, entries: Sequence[Entry], doing: State, word: str) -> list[Entry]:
    steps = []
    for entry in entries:
        names.check_components(entry.parts, Refused)
        content = journal.before(entry) if doing is State.UNDOING else journal.after(entry)
        moving = replace(entry, state=doing)
        steps.append(_Step(moving, content if moving.goal.exists else None))
    with _told(word, steps):
        _prepare(root, steps, _way_out(entries))
        with _named("the undo journal"):
            journal.record_all([step.entry for step in steps])
        return _carry_out(root, journal, steps)


def _way_out(entries: Sequence[Entry]) -> str:
    """What to do when files are no longer as we left them."""
    todo = "it is yours now; the reverse patch shows what to take back by hand"
    commit = next((entry.commit for entry in entries if entry.commit), "")
    return f"{todo}, and a revert takes back commit {commit[:10]}" if commit else todo


def _prepare(root: Path, steps: Sequence[_Step], todo: str) -> None:
    """Look at every file before anything is written, and plan the folders that are missing."""
    planned: set[str] = set()
    for step in steps:
        entry = step.entry
        with _named(entry.path), tree.nearest(root, entry.parts) as near:
            found = None if near.missing else tree.read(near.folder, entry.parts[-1], entry.path)
            _check_unchanged(step, found, todo)
            why = tree.denied(near.folder, entry.parts[-1], found)
            if why:
                raise Refused(f"{entry.path} cannot be written", why, "change its permissions")
            missing = folders.planned(entry.parts, len(near.missing)) if entry.goal.exists else []
        new = [folder for folder in missing if folder.path not in planned]
        planned.update(folder.path for folder in new)
        ours = folders.still_ours(root, entry.folders)
        step.entry = replace(entry, temporary=fresh_name(), folders=(*ours, *new))


def _check_unchanged(step: _Step, found: Found | None, todo: str) -> None:
    entry = step.entry
    if (ABSENT if found is None else found.state) != entry.start:
        raise Refused(f"{entry.path} is not as it was", changed(entry.start, found), todo)
    if found is not None and found.links > step.links:
        why = "it has several names (hard links), and writing would part them"
        raise Refused(f"{entry.path} is not as it was", why, "choose another file")


def _carry_out(root: Path, journal: Journal, steps: Sequence[_Step]) -> list[Entry]:
    """Make the change that the journal knows of; when it fails on the way, everything goes back."""
    with contextlib.ExitStack() as held, contextlib.ExitStack() as back:
        back.callback(_note_back, root, journal, steps)
        for step in steps:
            for folder in step.entry.folders:
                if not folder.inode:
                    with _named(folder.path):
                        folders.make(root, folder, partial(_note_folder, journal, step))
        swaps = []
        for step in steps:
            with _named(step.entry.path):
                swap = _staged(held, back, root, step)
            swaps.append(swap)
        for step, swap in zip(steps, swaps, strict=True):
            with _named(step.entry.path):
                swap.swap()
        for swap in swaps:
            swap.place.sync()
        for step, swap in zip(steps, swaps, strict=True):
            if not swap.untouched():
                raise Refused(f"{step.entry.path} cannot be written", "it was changed this very moment")
        back.pop_all()
        for swap in swaps:
            swap.finish()
    # Only now: a change that failed is not the latest one.
    turn = next_turn(journal.entries())
    done = [replace(step.entry, state=step.entry.goes_to, turn=turn) for step in steps]
    _remove_folders(root, journal, done)
    return [noted(journal, entry) for entry in done]


def _staged(held: contextlib.ExitStack, back: contextlib.ExitStack, root: Path, step: _Step) -> Swap:
    entry = step.entry
    parent = held.enter_context(tree.parent_of(root, entry.parts))
    place = Place(parent, entry.parts[-1], entry.path, entry.temporary)
    found = place.read()
    _check_unchanged(step, found, "try again")
    swap = Swap(place, found, step.content, entry.goal.mode)
    back.callback(_put_back, step, swap)
    swap.stage()
    return swap


def _put_back(step: _Step, swap: Swap) -> None:
    try:
        step.rest = step.entry.came_from if swap.back() else State.ABANDONED
    except (OSError, Refused) as error:
        # The journal still says what is under way: the next start tries again.
        step.rest = step.entry.state
        log.error("%s cannot be put back now: %s", step.entry.path, error)


def _note_back(root: Path, journal: Journal, steps: Sequence[_Step]) -> None:
    entries = [replace(step.entry, state=step.rest or step.entry.came_from) for step in steps]
    _remove_folders(root, journal, [entry for entry in entries if not entry.under_way])
    for entry in entries:
        noted(journal, entry)


def _note_folder(journal: Journal, step: _Step, made: MadeFolder) -> None:
    known = tuple(made if folder.path == made.path else folder for folder in step.entry.folders)
    step.entry = replace(step.entry, folders=known)
    journal.record(step.entry)


def _remove_folders(root: Path, journal: Journal, entries: Sequence[Entry]) -> None:
    """Remove the folders that we made and that hold nothing any more."""
    gone = [entry for entry in entries if not rests_as(entry).exists]
    if gone:
        folders.remove(root, journal.folders_above(gone))


def rests_as(entry: Entry) -> FileState:
    """How the file of an entry that is not under way is."""
    return entry.after if entry.state is State.APPLIED else entry.before


def noted(journal: Journal, entry: Entry) -> Entry:
    """Write down a step that has happened; when that fails, the next start finds out by looking."""
    try:
        journal.record(entry, lasting=False)
    except OSError as error:
        log.warning("journal entry %s cannot be marked %s: %s", entry.id, entry.state.value, error)
    return entry


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    """Say of which file an error of the system is."""
    try:
        yield
    except OSError as error:
        todo = "check free space and permissions"
        raise Refused(f"{path} cannot be written", error.strerror or str(error), todo) from error


@contextlib.contextmanager
def _told(word: str, steps: Sequence[_Step]) -> Iterator[None]:
    """Turn what went wrong into a refusal that says what did not happen."""
    try:
        yield
    except Refused as error:
        if len(steps) > 1:
            raise Refused(f"None of {len(steps)} files is {word}", str(error), error.todo) from error
        path = steps[0].entry.path
        why = error.why if error.what.startswith(path) else str(error)
        raise Refused(f"{path} is not {word}", why, error.todo) from error


def changed(expected: FileState, found: Found | None) -> str:
    """In what a file differs from what was expected of it; empty when in nothing."""
    if found is None:
        return "it was removed meanwhile" if expected.exists else ""
    if not expected.exists:
        return "a file of this name was made meanwhile"
    if found.state.sha256 != expected.sha256:
        return "it was changed meanwhile"
    if found.mode != expected.mode:
        return f"its permissions were changed meanwhile ({expected.mode:o} to {found.mode:o})"
    return ""
