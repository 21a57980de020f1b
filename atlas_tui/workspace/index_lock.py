"""Git's own lock of the person's index, held while we commit, and what a killed app left of that."""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from atlas_tui.errors import Refused
from atlas_tui.workspace import branch, index
from atlas_tui.workspace.journal import Journal
from atlas_tui.workspace.repository import Repository

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
"""How long is waited for the git of a killed app to end."""
_SCRATCH = "commit-"


class _FileId(NamedTuple):
    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where a commit is made."""

    scratch: Path
    lock: Path
    """Our lock of the index; it becomes the index."""
    running: int
    """A descriptor that git and the hooks keep open as long as they run."""
    head: str
    """The commit before; empty when there is none."""
    move: branch.Move | None


@contextlib.contextmanager
def held(
    repo: Repository, journal: Journal, entries: Sequence[str], move: branch.Move | None
) -> Iterator[Room]:
    """Hold git's lock of the index, so that no other git changes index or HEAD meanwhile.

    ``entries`` are those of the journal that are to be committed. Where the block is interrupted (Ctrl-C) all
    is left to ``free``: there may be a commit already.

    Raises:
        Refused: the lock is held, or a file cannot be written.
    """
    name = repo.git_dir / "index.lock"
    lock = _made(repo, name)
    seen = os.fstat(lock)
    ours = _FileId(seen.st_dev, seen.st_ino)
    os.close(lock)
    running, under_way = -1, False
    try:
        with tempfile.TemporaryDirectory(dir=journal.folder, prefix=_SCRATCH) as scratch:
            running = _flag(journal)
            fcntl.flock(running, fcntl.LOCK_SH | fcntl.LOCK_NB)
            head = _head(repo, move)
            note: dict[str, object] = {"lock": os.fsencode(name).hex(), "file": list(ours)}
            note |= {"head": head, "entries": list(entries), "move": asdict(move) if move else None}
            journal.write_file(journal.index_lock, json.dumps(note).encode(), lasting=False)
            under_way = True
            yield Room(scratch=Path(scratch), lock=name, running=running, head=head, move=move)
            under_way = False
    except Exception as error:
        under_way = False
        if not isinstance(error, OSError):
            raise
        raise Refused("Nothing is committed", error.strerror or str(error), "check free space") from error
    finally:
        if running >= 0:
            os.close(running)
        if not under_way:
            _remove(name, ours)
            journal.index_lock.unlink(missing_ok=True)


def _head(repo: Repository, move: branch.Move | None) -> str:
    """Raises: Refused: it is not where the new branch was to begin."""
    head = repo.position()[1]
    if move and move.at != head:
        raise Refused("Nothing is committed", "HEAD was moved this very moment", "try again")
    return head


def free(repo: Repository | None, journal: Journal) -> tuple[str, list[str]] | None:
    """Finish or take back a commit of an app that was killed; called under the journal's lock.

    That is its scratch folder, the new branch without a commit, git's lock of the index where it is the
    very file we made, and the person's index where the commit was made after all. In this case it gives
    the commit and the entries of the journal that are in it.
    """
    if not journal.index_lock.exists() and not list(journal.folder.glob(f"{_SCRATCH}*")):
        return None
    if not _has_ended(journal):
        log.warning("the hooks of a commit of an app that was killed still run in %s", journal.root)
        return None
    committed = None
    try:
        committed = _settle(repo, journal, json.loads(journal.index_lock.read_bytes()))
    except FileNotFoundError:
        log.info("only the scratch folder of an interrupted commit is left in %s", journal.folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s is not understood: %s", journal.index_lock, error)
    for folder in journal.folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(folder, ignore_errors=True)
    journal.index_lock.unlink(missing_ok=True)
    return committed


def _settle(repo: Repository | None, journal: Journal, note: dict[str, Any]) -> tuple[str, list[str]] | None:
    lock = Path(os.fsdecode(bytes.fromhex(note["lock"])))
    ours, head, move = _FileId(*note["file"]), str(note["head"]), note["move"]
    committed = None
    try:
        if repo and _is(lock, ours):
            if _follows(repo, head):
                committed = repo.position()[1], list(note["entries"])
                with tempfile.TemporaryDirectory(dir=journal.folder, prefix=_SCRATCH) as scratch:
                    index.refresh(repo, lock, Path(scratch), (head, committed[0]))
            elif isinstance(move, dict):
                branch.take_back(repo, branch.Move(**move))
    except (OSError, Refused) as error:
        log.warning("an interrupted commit cannot be cleared up: %s", error)
    if _remove(lock, ours):
        log.warning("%s of an interrupted commit was removed", lock)
    return committed


def _follows(repo: Repository, head: str) -> bool:
    """Whether HEAD is now a commit whose only parent is ``head``."""
    now = repo.position()[1]
    return now != head and repo.parents(now) == ([head] if head else [])


def _made(repo: Repository, name: Path) -> int:
    mode = 0o666
    with contextlib.suppress(FileNotFoundError):
        mode = (repo.git_dir / "index").stat().st_mode & 0o777
    try:
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except FileExistsError as error:
        raise Refused(
            "Nothing is committed", f"{name} exists: git is at work here, or was killed", "wait, or remove it"
        ) from error
    except OSError as error:
        raise Refused("Nothing is committed", f"{name}: {error.strerror}", "check its permissions") from error


def _flag(journal: Journal) -> int:
    return os.open(journal.folder / "committing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _has_ended(journal: Journal) -> bool:
    """Whether nothing that a killed app had started for its commit is left running."""
    flag = _flag(journal)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(flag, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(0.02)
        return False
    finally:
        os.close(flag)


def _is(name: Path, ours: _FileId) -> bool:
    with contextlib.suppress(OSError):
        found = name.lstat()
        return (found.st_dev, found.st_ino) == ours
    return False


def _remove(name: Path, ours: _FileId) -> bool:
    """Remove a lock if it is the file we made."""
    if not _is(name, ours):
        return False
    with contextlib.suppress(FileNotFoundError):
        name.unlink()
    return True
