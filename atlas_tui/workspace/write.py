"""Writing and taking back: one file at a time, atomically, and never over somebody else's change."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import names, tree
from atlas_tui.workspace.base import Base
from atlas_tui.workspace.journal import Entry, Journal, State, sync_folder
from atlas_tui.workspace.tree import ABSENT, FileState, Found

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Place:
    """A file by the open folder that holds it."""

    parent: int
    name: str
    path: str

    def read(self) -> Found | None:
        return tree.read(self.parent, self.name, self.path)

    def state(self) -> FileState:
        found = self.read()
        return ABSENT if found is None else found.state


def apply(root: Path, journal: Journal, base: Base, new: bytes, session: str) -> Entry:
    """Write ``new`` in the place of ``base``; called under the journal's lock.

    Raises:
        Refused: the file is not as it was read, or cannot be written; nothing is changed.
    """
    after = FileState.of(new, base.mode)
    _check(base, after, len(new))
    entry = Entry(
        id="",
        session=session,
        path=base.path,
        at=0.0,
        before=base.state,
        after=after,
        temporary=_fresh_name(),
    )
    with tree.parent_of(root, base.parts) as parent:
        place = _Place(parent, base.parts[-1], base.path)
        found = place.read()
        if (ABSENT if found is None else found.state) != base.state:
            why = _changed(base.state, found)
            raise Refused(f"{base.path} is not written", why, "run again on it as it is now")
        entry = journal.begin(entry, base.content)
        try:
            _put(place, entry.temporary, new, base.mode, found)
        except (OSError, Refused) as error:
            _take_away(place, entry.temporary)
            _noted(journal, replace(entry, state=State.ROLLED_BACK))
            if isinstance(error, Refused):
                raise
            raise Refused(f"{base.path} is not written", error.strerror or str(error)) from error
        return _noted(journal, replace(entry, state=State.APPLIED))


def _check(base: Base, after: FileState, size: int) -> None:
    """What can be refused before anything is opened. Raises: Refused."""
    if size > tree.LARGEST:
        raise Refused(f"{base.path} is not written", f"it would have {size:,} bytes", "choose another target")
    if base.state == after:
        raise Refused(f"{base.path} is not written", "it already holds the solution")
    names.check_components(base.parts, Refused)


def undo(root: Path, journal: Journal, entry: Entry) -> Entry:
    """Restore what an entry replaced, byte by byte, or remove what it created.

    Raises:
        Refused: the file is not as it was written; nothing is changed.
    """
    before = journal.before(entry)
    with tree.parent_of(root, entry.parts) as parent:
        place = _Place(parent, entry.parts[-1], entry.path)
        found = place.read()
        if (ABSENT if found is None else found.state) != entry.after:
            raise Refused(
                f"{entry.path} is not undone",
                _changed(entry.after, found),
                "it is yours now; edit it by hand",
            )
        entry = replace(entry, state=State.UNDOING, temporary=_fresh_name())
        try:
            journal.record(entry)
            if entry.before.exists:
                _put(place, entry.temporary, before, entry.before.mode, found)
            else:
                os.unlink(place.name, dir_fd=parent)
                _sync(place)
        except (OSError, Refused) as error:
            _take_away(place, entry.temporary)
            _noted(journal, replace(entry, state=State.APPLIED))
            if isinstance(error, Refused):
                raise
            raise Refused(f"{entry.path} is not undone", error.strerror or str(error)) from error
        return _noted(journal, replace(entry, state=State.UNDONE))


def recover(root: Path, journal: Journal) -> list[str]:
    """Finish or roll back what a killed app left half done; gives one sentence for each file."""
    said = []
    for entry in journal.entries():
        if entry.state in (State.PLANNED, State.UNDOING):
            with contextlib.suppress(Refused):
                said.append(_recover_one(root, journal, entry))
    for sentence in said:
        log.warning("%s", sentence)
    return said


def _recover_one(root: Path, journal: Journal, entry: Entry) -> str:
    writing = entry.state is State.PLANNED
    try:
        with tree.parent_of(root, entry.parts) as parent:
            place = _Place(parent, entry.parts[-1], entry.path)
            # First, because a created file and its temporary name may be one file.
            _take_away(place, entry.temporary)
            now = place.state()
    except Refused as error:
        _noted(journal, replace(entry, state=State.ABANDONED))
        return f"{entry.path}: an interrupted change is left as it is ({error.why})"
    if now == entry.after:
        _noted(journal, replace(entry, state=State.APPLIED))
        return f"{entry.path}: an interrupted {'write was complete' if writing else 'undo did not happen'}"
    if now == entry.before:
        _noted(journal, replace(entry, state=State.ROLLED_BACK if writing else State.UNDONE))
        return f"{entry.path}: an interrupted {'write did not happen' if writing else 'undo was complete'}"
    _noted(journal, replace(entry, state=State.ABANDONED))
    return f"{entry.path}: changed since an interrupted change; it is left as it is"


def _put(place: _Place, temporary: str, content: bytes, mode: int, replaced: Found | None) -> None:
    """Write a file beside the place and rename it there; raises Refused when the place changed meanwhile."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=place.parent), "wb") as output:
        output.write(content)
        output.flush()
        if replaced is not None:
            _copy_extras(place, output.fileno())
        os.fchmod(output.fileno(), mode)
        os.fsync(output.fileno())
    if replaced is None:
        _link_new(place, temporary)
    else:
        seen = os.stat(place.name, dir_fd=place.parent, follow_symlinks=False)
        if tree.Stamp.of(seen) != replaced.stamp:
            raise Refused(f"{place.path} is not written", "it was changed this very moment", "try again")
        os.rename(temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent)
    _sync(place)


def _sync(place: _Place) -> None:
    try:
        sync_folder(place.parent)
    except OSError as error:
        # The change took place; only a power cut right now could take it back.
        log.warning("%s: its folder cannot be synced: %s", place.path, error)


def _link_new(place: _Place, temporary: str) -> None:
    """Give the file its name, unless something has that name by now: a rename would replace it."""
    try:
        os.link(
            temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent, follow_symlinks=False
        )
    except FileExistsError as error:
        raise Refused(
            f"{place.path} is not written", "a file of this name was just made", "try again"
        ) from error
    except OSError as error:
        log.info("no hard links in this file system (%s); renaming", error)
        if place.read() is not None:
            raise Refused(f"{place.path} is not written", "a file of this name was just made") from error
        os.rename(temporary, place.name, src_dir_fd=place.parent, dst_dir_fd=place.parent)
        return
    _take_away(place, temporary)


def _copy_extras(place: _Place, target: int) -> None:
    """Owner and extended attributes of the file that is replaced, as far as they may be set."""
    source = os.open(place.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place.parent)
    try:
        owner = os.fstat(source)
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            try:
                os.fchown(target, owner.st_uid, owner.st_gid)
            except OSError as error:
                log.warning("%s: its owner cannot be kept: %s", place.path, error)
        if sys.platform == "linux":
            _copy_attributes(source, target, place.path)
    finally:
        os.close(source)


if sys.platform == "linux":

    def _copy_attributes(source: int, target: int, path: str) -> None:
        try:
            for name in os.listxattr(source):
                os.setxattr(target, name, os.getxattr(source, name))
        except OSError as error:
            log.warning("%s: not all its extended attributes can be kept: %s", path, error)


def _take_away(place: _Place, temporary: str) -> None:
    try:
        os.unlink(temporary, dir_fd=place.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("%s beside %s cannot be removed: %s", temporary, place.path, error)


def _noted(journal: Journal, entry: Entry) -> Entry:
    """Write down a step that has happened; when that fails, the next start finds out by looking."""
    try:
        journal.record(entry, lasting=False)
    except OSError as error:
        log.warning("journal entry %s cannot be marked %s: %s", entry.id, entry.state.value, error)
    return entry


def _fresh_name() -> str:
    return f".atlas-{secrets.token_hex(8)}.tmp"


def _changed(expected: FileState, found: Found | None) -> str:
    if found is None:
        return "it was removed meanwhile"
    if not expected.exists:
        return "a file of this name was made meanwhile"
    if found.state.sha256 != expected.sha256:
        return "it was changed meanwhile"
    return f"its permissions were changed meanwhile ({expected.mode:o} to {found.mode:o})"
