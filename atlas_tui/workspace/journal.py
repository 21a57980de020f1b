"""The journal of one tree: what each write found and left, so that it can be finished, rolled back or undone.

An entry is two files in the state folder of the person, outside the tree and readable by them alone: its
facts as JSON, and the bytes that stood in the file before. The facts are written before the tree is
touched, and again at each step, always by an atomic replace.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused
from atlas_tui.store import new_session_id
from atlas_tui.workspace.tree import FileState

log = logging.getLogger(__name__)

MAX_ENTRIES = 500
MAX_AGE_SECONDS = 90 * 86400
LOCK_SECONDS = 3.0
_FORMAT = 1


class State(StrEnum):
    PLANNED = "planned"
    """About to be written; after a crash it is found out whether it was."""
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    ROLLED_BACK = "rolled back"
    ABANDONED = "abandoned"
    """After a crash the file was neither as before nor as written: somebody else's, left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One write of one file."""

    id: str
    session: str
    path: str
    at: float
    before: FileState
    after: FileState
    state: State = State.PLANNED
    temporary: str = ""
    """Name of the file beside the target that may be left over from a crash."""
    committed: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))


class Journal:
    """All entries of one tree. Every method that writes is called under ``locked``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:20]
        self.folder = paths.journal_dir() / name
        self.index_lock = self.folder / "index-lock"
        """Which lock of git's index is ours, while a commit is made."""

    @contextlib.contextmanager
    def locked(self, patience: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold this tree's lock; the system frees it when the process dies.

        Raises:
            Refused: another process holds it for ``patience`` seconds, or the journal cannot be used.
        """
        try:
            paths.private(paths.journal_dir())
            paths.private(self.folder)
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        try:
            self._wait_for(descriptor, patience)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Refused(
                        f"{self.root} is being written to",
                        "another Atlas TUI is at work in it",
                        "wait for it, then try again",
                    ) from error
            time.sleep(0.02)

    def begin(self, entry: Entry, before: bytes) -> Entry:
        """Write a new entry with the bytes it replaces. Raises: Refused: the journal cannot be written."""
        entry = replace(entry, id=new_session_id(), at=time.time())
        try:
            self._prune()
            self.write_file(self._before_file(entry.id), before)
            self.record(entry)
        except OSError as error:
            raise _unusable(self.folder, error) from error
        return entry

    def record(self, entry: Entry, *, lasting: bool = True) -> None:
        """Write the facts of an entry as they are now. Raises: OSError.

        What can be found out by looking at the file need not outlast a power cut.
        """
        facts = {"format": _FORMAT, "root": str(self.root), **asdict(entry)}
        self.write_file(self.folder / f"{entry.id}.json", json.dumps(facts).encode(), lasting=lasting)

    def entries(self) -> list[Entry]:
        """All entries, oldest first; a damaged one is left out and logged."""
        found = []
        for file in sorted(self.folder.glob("*.json")):
            try:
                found.append(_entry_of(json.loads(file.read_bytes())))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("journal entry %s is left out: %s", file, error)
        return found

    def is_open(self) -> bool:
        """Whether something was left half done, or is being done right now by another process."""
        unfinished = (State.PLANNED, State.UNDOING)
        return self.index_lock.exists() or any(entry.state in unfinished for entry in self.entries())

    def before(self, entry: Entry) -> bytes:
        """The bytes an entry replaced. Raises: Refused: they are gone or damaged."""
        try:
            content = self._before_file(entry.id).read_bytes()
        except OSError as error:
            raise Refused(
                f"{entry.path} cannot be restored", f"its earlier bytes: {error.strerror}"
            ) from error
        if entry.before.exists and hashlib.sha256(content).hexdigest() != entry.before.sha256:
            raise Refused(f"{entry.path} cannot be restored", "its earlier bytes in the journal are damaged")
        return content

    def to_undo(self, wanted: str | None) -> Entry:
        """The entry with this id, or the latest that can be undone.

        Raises:
            InputError: there is no such entry.
            Refused: it was undone already or never took place; or there is nothing to undo.
        """
        entries = self.entries()
        if wanted is None:
            applied = [entry for entry in entries if entry.state is State.APPLIED]
            if not applied:
                raise Refused("There is nothing to undo", f"nothing written in {self.root} is left")
            return applied[-1]
        entry = next((entry for entry in entries if entry.id == wanted), None)
        if entry is None:
            raise InputError(f"No entry {wanted!r}", f"the journal of {self.root} does not have it")
        if entry.state is not State.APPLIED:
            raise Refused(f"{entry.path} cannot be undone", f"this change was {entry.state.value}")
        return entry

    def _before_file(self, entry: str) -> Path:
        return self.folder / f"{entry}.before"

    def write_file(self, file: Path, content: bytes, *, lasting: bool = True) -> None:
        """Write a file of the journal's folder, atomically. Raises: OSError."""
        beside = file.with_name(f"{file.name}.new")
        beside.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(beside, flags, 0o600), "wb") as output:
            output.write(content)
            if lasting:
                output.flush()
                os.fsync(output.fileno())
        beside.replace(file)
        if lasting:
            sync_folder(self.folder)

    def _prune(self) -> None:
        """Forget the oldest: the journal holds the person's files and must not grow for ever."""
        known = sorted(self.folder.glob("*.before"))
        oldest = time.time() - MAX_AGE_SECONDS
        for index, file in enumerate(known):
            if len(known) - index >= MAX_ENTRIES or file.stat().st_mtime < oldest:
                file.unlink(missing_ok=True)
                file.with_suffix(".json").unlink(missing_ok=True)


def sync_folder(folder: Path | int) -> None:
    """Make a rename in the folder last through a power cut. Raises: OSError."""
    if isinstance(folder, int):
        os.fsync(folder)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry_of(facts: dict[str, object]) -> Entry:
    if facts.pop("format") != _FORMAT:
        raise ValueError("written by another version")
    facts.pop("root")
    for side in ("before", "after"):
        facts[side] = FileState(**facts[side])  # type: ignore[arg-type]
    facts["state"] = State(str(facts["state"]))
    return Entry(**facts)  # type: ignore[arg-type]


def _unusable(folder: Path, error: OSError) -> Refused:
    return Refused(
        "The undo journal cannot be written", f"{folder}: {error.strerror}", "check free space there"
    )
