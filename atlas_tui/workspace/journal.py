"""The journal of one tree: what each write found and left, so that it can be finished, rolled back or undone.

An entry is three files in the state folder of the person, outside the tree and readable by them alone: its
facts as JSON, and the bytes of the file before and after. The facts are written before the tree is touched,
and again at each step, always by an atomic replace. Entries of one group were written at once, and are undone
and redone at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused
from atlas_tui.store import new_session_id
from atlas_tui.workspace.folders import MadeFolder
from atlas_tui.workspace.tree import FileState

log = logging.getLogger(__name__)

MAX_ENTRIES = 500
MAX_BYTES = 64 << 20
"""Of all contents kept for one tree; what was written last is always kept."""
MAX_AGE_SECONDS = 90 * 86400
LOCK_SECONDS = 3.0
_FORMAT = 1
_CONTENTS = ("before", "after")


class State(StrEnum):
    PLANNED = "planned"
    """About to be written; after a crash it is found out whether it was."""
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    REDOING = "redoing"
    ROLLED_BACK = "rolled back"
    ABANDONED = "abandoned"
    """After a crash the file was neither as before nor as written: somebody else's, left alone."""


_RESTS = {
    State.PLANNED: (State.ROLLED_BACK, State.APPLIED),
    State.UNDOING: (State.APPLIED, State.UNDONE),
    State.REDOING: (State.UNDONE, State.APPLIED),
}
"""Where a change that is under way comes from and goes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One write (or removal) of one file."""

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
    commit: str = ""
    """Full id of the commit that holds it, where that is known."""
    group: str = ""
    """Of all entries that were written at once; empty for one that stands alone."""
    turn: int = 0
    """Counts the changes of this tree; of the last one that concerned this entry."""
    folders: tuple[MadeFolder, ...] = ()
    """Folders that were made for it."""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))

    @property
    def together(self) -> str:
        """What entries of one group have in common."""
        return self.group or self.id

    @property
    def under_way(self) -> bool:
        return self.state in _RESTS

    @property
    def start(self) -> FileState:
        """What a change that is under way finds in the file."""
        return self.after if self.state is State.UNDOING else self.before

    @property
    def goal(self) -> FileState:
        """What a change that is under way makes of the file."""
        return self.before if self.state is State.UNDOING else self.after

    @property
    def came_from(self) -> State:
        return _RESTS[self.state][0]

    @property
    def goes_to(self) -> State:
        return _RESTS[self.state][1]


class Journal:
    """All entries of one tree. Every method that writes is called under ``locked``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        name = hashlib.sha256(os.fsencode(root)).hexdigest()[:20]
        self.folder = paths.journal_dir() / name
        self.index_lock = self.folder / "index-lock"
        """Which lock of git's index is ours, while a commit is made."""
        self._known: dict[tuple[str, int, int], Entry] = {}

    @contextlib.contextmanager
    def locked(self, patience: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold this tree's lock; the system frees it when the process dies.

        Raises:
            Refused: another process holds it for ``patience`` seconds, or the journal cannot be used.
        """
        try:
            for folder in (paths.journal_dir(), self.folder):
                # It may have come from a backup with other permissions.
                paths.private(folder).chmod(0o700)
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

    def begin(self, entries: Sequence[Entry], contents: Sequence[tuple[bytes, bytes]]) -> list[Entry]:
        """Write new entries, each with its bytes before and after, as one group.

        Raises:
            Refused: the journal cannot be written.
        """
        ids = [new_session_id() for _ in entries]
        known = self.entries()
        group, turn, now = ids[0] if len(ids) > 1 else "", next_turn(known), time.time()
        begun = [
            replace(entry, id=id, group=group, turn=turn, at=now)
            for entry, id in zip(entries, ids, strict=True)
        ]
        try:
            self._prune(known, len(begun), sum(len(each) for pair in contents for each in pair))
            for entry, pair in zip(begun, contents, strict=True):
                for kind, content in zip(_CONTENTS, pair, strict=True):
                    self.write_file(self._file(entry.id, kind), content, folder_too=False)
            self.record_all(begun)
        except OSError as error:
            for entry in begun:
                self._forget(entry.id)
            raise _unusable(self.folder, error) from error
        return begun

    def record_all(self, entries: Sequence[Entry]) -> None:
        """Write the facts of several entries so that they outlast a power cut. Raises: OSError."""
        for entry in entries:
            self.record(entry, folder_too=False)
        sync_folder(self.folder)

    def record(self, entry: Entry, *, lasting: bool = True, folder_too: bool = True) -> None:
        """Write the facts of an entry as they are now. Raises: OSError.

        What can be found out by looking at the file need not outlast a power cut.
        """
        facts = {"format": _FORMAT, "root": str(self.root), **asdict(entry)}
        file = self._file(entry.id, "json")
        self.write_file(file, json.dumps(facts).encode(), lasting=lasting, folder_too=folder_too)

    def entries(self) -> list[Entry]:
        """All entries, the one that changed the tree last at the end; a damaged one is left out."""
        known, found = self._known, []
        self._known = {}
        for file in sorted(self.folder.glob("*.json")):
            try:
                # It is only ever replaced as a whole, so another state of it is another file.
                seen = file.stat()
                version = (file.name, seen.st_ino, seen.st_mtime_ns)
                entry = known.get(version) or _entry_of(json.loads(file.read_bytes()))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("journal entry %s is left out: %s", file, error)
                continue
            self._known[version] = entry
            found.append(entry)
        return sorted(found, key=lambda entry: (entry.turn, entry.id))

    def is_open(self) -> bool:
        """Whether something was left half done, or is being done right now by another process."""
        return self.index_lock.exists() or any(entry.under_way for entry in self.entries())

    def before(self, entry: Entry) -> bytes:
        """The bytes an entry replaced. Raises: Refused: they are gone or damaged."""
        return self._content(entry, "before", entry.before)

    def after(self, entry: Entry) -> bytes:
        """The bytes an entry wrote. Raises: Refused: they are gone or damaged."""
        return self._content(entry, "after", entry.after)

    def _content(self, entry: Entry, kind: str, state: FileState) -> bytes:
        try:
            content = self._file(entry.id, kind).read_bytes()
        except OSError as error:
            raise Refused(
                f"{entry.path} cannot be restored", f"its bytes {kind} the change: {error.strerror}"
            ) from error
        if state.exists and hashlib.sha256(content).hexdigest() != state.sha256:
            raise Refused(
                f"{entry.path} cannot be restored", f"its bytes {kind} the change are damaged in the journal"
            )
        return content

    def group(self, wanted: str | None, session: str, state: State) -> list[Entry]:
        """The entries in ``state`` of the group that holds the entry ``wanted`` (an id of one, or of the
        group); without it, of the group that changed the tree last.

        Raises:
            InputError: there is no such entry.
            Refused: it is in another state; or there is no group in this state.
        """
        verb = "undo" if state is State.APPLIED else "redo"
        entries = self.entries()
        fitting = [each for each in entries if each.state is state and session in ("", each.session)]
        if wanted is None:
            if not fitting:
                of = f" of session {session}" if session else ""
                raise Refused(f"There is nothing to {verb}", f"no change{of} in {self.root} is left for that")
            return [each for each in fitting if each.together == fitting[-1].together]
        named = [each for each in entries if wanted in (each.id, each.group)]
        if not named:
            raise InputError(f"No entry {wanted!r}", f"the journal of {self.root} does not have it")
        group = [each for each in entries if each.together == named[0].together and each.state is state]
        if named[0].state is not state:
            done = {"undo": "undone", "redo": "redone"}[verb]
            raise Refused(f"{named[0].path} cannot be {done}", f"this change was {named[0].state.value}")
        return group

    def folders_above(self, made_for: Sequence[Entry]) -> list[MadeFolder]:
        """All folders that were ever made for these entries, or for others and hold their files."""
        paths = tuple(entry.path for entry in made_for)
        known = {
            (folder.path, folder.inode): folder for entry in self.entries() for folder in entry.folders
        } | {(folder.path, folder.inode): folder for entry in made_for for folder in entry.folders}
        return [
            folder for folder in known.values() if any(path.startswith(f"{folder.path}/") for path in paths)
        ]

    def _file(self, entry: str, kind: str) -> Path:
        return self.folder / f"{entry}.{kind}"

    def write_file(
        self, file: Path, content: bytes, *, lasting: bool = True, folder_too: bool = True
    ) -> None:
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
        if lasting and folder_too:
            sync_folder(self.folder)

    def has_expired(self) -> bool:
        """Whether something is kept longer than it should be."""
        return any(_expired(self.folder))

    def expire(self) -> None:
        """Forget what is older than ``MAX_AGE_SECONDS``, and what belongs to no entry; under the lock."""
        for stem in _expired(self.folder):
            self._forget(stem)
        for file in self.folder.glob("*.new"):
            file.unlink(missing_ok=True)
        whole = {file.stem for file in self.folder.glob("*.json")}
        for kind in _CONTENTS:
            for file in self.folder.glob(f"*.{kind}"):
                if file.stem not in whole:
                    file.unlink(missing_ok=True)

    def _forget(self, entry: str) -> None:
        # The facts last: without them nobody would know of the contents.
        for kind in (*_CONTENTS, "json"):
            with contextlib.suppress(OSError):
                self._file(entry, kind).unlink(missing_ok=True)

    def _prune(self, known: Sequence[Entry], more: int, size: int) -> None:
        """Forget the oldest: the journal holds the person's files and must not grow for ever."""
        self.expire()
        _expire_others(self.folder)
        for group in dict.fromkeys(entry.together for entry in reversed(known)):
            members = [entry for entry in known if entry.together == group]
            more += len(members)
            size += sum(_size(self._file(entry.id, kind)) for entry in members for kind in _CONTENTS)
            if (more > MAX_ENTRIES or size > MAX_BYTES) and not any(each.under_way for each in members):
                for entry in members:
                    self._forget(entry.id)


def next_turn(entries: Sequence[Entry]) -> int:
    """The number of the next change."""
    return max((entry.turn for entry in entries), default=0) + 1


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _expired(folder: Path) -> Iterator[str]:
    oldest = time.time() - MAX_AGE_SECONDS
    for file in sorted(folder.glob("*.before")):
        with contextlib.suppress(OSError):
            if file.stat().st_mtime < oldest:
                yield file.stem


def _expire_others(ours: Path) -> None:
    """The same for trees in which nobody works any more."""
    for folder in ours.parent.iterdir():
        if folder == ours or not any(_expired(folder)):
            continue
        with contextlib.suppress(OSError):
            descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for stem in _expired(folder):
                    for kind in (*_CONTENTS, "json"):
                        (folder / f"{stem}.{kind}").unlink(missing_ok=True)
            finally:
                os.close(descriptor)


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
    made = facts.get("folders", ())
    facts["folders"] = tuple(MadeFolder(**each) for each in made)  # type: ignore[attr-defined]
    return Entry(**facts)  # type: ignore[arg-type]


def _unusable(folder: Path, error: OSError) -> Refused:
    return Refused(
        "The undo journal cannot be written", f"{folder}: {error.strerror}", "check free space there"
    )
