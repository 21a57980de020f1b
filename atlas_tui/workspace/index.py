"""Git's index: one of our own to commit from, and the person's, of which only our entries are touched."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from atlas_tui.errors import Refused
from atlas_tui.workspace.repository import Repository, TreeItem

log = logging.getLogger(__name__)


def fill(repo: Repository, index: Path, head: str, items: Mapping[str, TreeItem | None]) -> None:
    """Make an index of the commit's files and ``items`` (None: not that file). Raises: Refused, OSError.

    It begins as a copy of the person's, which brings what is known about unchanged files: that saves
    reading them all.
    """
    if head:
        copy(repo, index)
        repo.checked("read-tree", "--reset", head, index=index)
    else:
        repo.checked("read-tree", "--empty", index=index)
    put(repo, index, items)


def put(repo: Repository, index: Path, items: Mapping[str, TreeItem | None]) -> None:
    """Set these entries of an index, and no other; their marks stay. Raises: Refused."""
    marked = repo.marked(index) if index.exists() else {}
    lines = b"".join(
        f"{item.mode} {item.blob}\t".encode() + os.fsencode(path) + b"\0"
        for path, item in items.items()
        if item
    )
    _update(repo, index, lines, "--add", "--index-info")
    _update(repo, index, _listed(path for path, item in items.items() if not item), "--force-remove")
    for mark, paths in marked.items():
        still = _listed(path for path in paths if items.get(path))
        _update(repo, index, still, f"--{mark}")


def _update(repo: Repository, index: Path, lines: bytes, *how: str) -> None:
    if lines:
        source = () if "--index-info" in how else ("--stdin",)
        repo.checked("update-index", "-z", *how, *source, stdin=lines, index=index)


def _listed(paths: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def copy(repo: Repository, index: Path) -> None:
    """Copy the person's index; there need not be one. Raises: OSError."""
    with (
        contextlib.suppress(FileNotFoundError),
        (repo.git_dir / "index").open("rb") as source,
        index.open("wb") as target,
    ):
        _pour(source, target)


def _pour(source: BinaryIO, target: BinaryIO) -> None:
    """Copy an index with its time. Raises: OSError.

    By that git knows which files may have been changed right after it looked at them, and have to be read:
    with a later one, it would take such a change for none.
    """
    shutil.copyfileobj(source, target)
    target.truncate()
    target.flush()
    seen = os.fstat(source.fileno())
    os.utime(target.fileno(), ns=(seen.st_atime_ns, seen.st_mtime_ns))


def merged(repo: Repository, sides: Sequence[bytes], scratch: Path) -> bytes | None:
    """A three-way merge of file contents (theirs, base, ours); None where the two touch the same lines.

    Raises:
        Refused: they are no text.
    """
    if b"\0" in b"".join(side[:8000] for side in sides):
        raise Refused("The changes cannot be told apart", "the file is no plain text")
    names = [scratch / name for name in ("theirs", "base", "ours")]
    for file, content in zip(names, sides, strict=True):
        file.write_bytes(content)
    ran = repo.git.read("merge-file", "-p", "--quiet", *map(str, names))
    if ran.late or ran.cut or ran.code > 127:
        raise Refused("The changes cannot be told apart", ran.said)
    return None if ran.code else ran.out


def refresh(
    repo: Repository,
    lock: Path,
    scratch: Path,
    commits: tuple[str, str],
    decided: Mapping[str, TreeItem | None] | None = None,
) -> None:
    """Let the person's index agree with a new commit on what it changed; everything else in it stays.

    ``commits`` are the one before (may be empty) and the new one; ``lock`` is the file that becomes the
    index, after ``foresee``. Where the person had staged something of such a path, that stays, but for what
    is ``decided``.

    Raises:
        Refused, OSError: the index is as it was.
    """
    before, made = commits
    try:
        entries = repo.all_staged(repo.git_dir / "index") if (repo.git_dir / "index").exists() else {}
        items = {
            path: new
            for path, (old, new) in repo.changed(before, made).items()
            if entries.get(path, []) == ([old] if old else [])
        }
        index = _with(repo, scratch, items | dict(decided or {}))
    except (OSError, Refused) as error:
        if not lock.stat().st_size:
            raise
        # A full disk for instance. Only what hooks added is missing in what was foreseen.
        log.warning("the index is taken as it was foreseen: %s", error)
    else:
        _fill_lock(index, lock)
    lock.rename(repo.git_dir / "index")


def foresee(repo: Repository, lock: Path, scratch: Path, items: Mapping[str, TreeItem | None]) -> None:
    """Write what the person's index is to be to its lock, so that after the commit no space is needed.

    Raises:
        Refused, OSError.
    """
    if (repo.git_dir / "index").exists():
        _fill_lock(_with(repo, scratch, items), lock)


def _with(repo: Repository, scratch: Path, items: Mapping[str, TreeItem | None]) -> Path:
    """A copy of the person's index with these entries. Raises: Refused, OSError."""
    index = scratch / "person"
    copy(repo, index)
    put(repo, index, items)
    return index


def _fill_lock(index: Path, lock: Path) -> None:
    if index.read_bytes() == lock.read_bytes():
        return
    with index.open("rb") as source, lock.open("r+b") as target:
        _pour(source, target)
        os.fsync(target.fileno())
