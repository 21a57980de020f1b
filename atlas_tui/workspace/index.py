"""Git's index: one of our own to commit from, and the person's, of which only our entries are touched."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

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
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(repo.git_dir / "index", index)


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
    index. Where the person had staged something of such a path, that stays, but for what is ``decided``.

    Raises:
        Refused, OSError: the index is as it was.
    """
    before, made = commits
    index = scratch / "person"
    copy(repo, index)
    entries = repo.all_staged(index) if index.exists() else {}
    items = {
        path: new
        for path, (old, new) in repo.changed(before, made).items()
        if entries.get(path, []) == ([old] if old else [])
    }
    put(repo, index, items | dict(decided or {}))
    with index.open("rb") as source, lock.open("r+b") as target:
        shutil.copyfileobj(source, target)
        target.truncate()
        target.flush()
        os.fsync(target.fileno())
    lock.rename(repo.git_dir / "index")
