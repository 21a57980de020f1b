"""Folders that a new file needs: made, and later removed only where they are ours and empty."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.workspace import rename, tree
from atlas_tui.workspace.swap import fresh_name

log = logging.getLogger(__name__)

# linux/stat.h; AT_SYMLINK_NOFOLLOW, STATX_BTIME, and the size of struct statx.
_NO_FOLLOW, _BIRTH, _STATX_SIZE = 0x100, 0x800, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFolder:
    """A folder that a change makes. It gets its inode known before it gets its name, so that after a crash
    it cannot be taken for one that somebody else made."""

    path: str
    temporary: str
    inode: int = 0
    """0: not made yet."""
    born: int = 0
    """Nanoseconds since the epoch; 0 where the file system does not tell. Inodes are used again soon."""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))


def planned(parts: tuple[str, ...], missing: int) -> list[MadeFolder]:
    """The folders to make for the file ``parts`` when the last ``missing`` ones above it do not exist."""
    depth = len(parts) - 1 - missing
    return [
        MadeFolder(path="/".join(parts[: end + 1]), temporary=fresh_name())
        for end in range(depth, len(parts) - 1)
    ]


def make(root: Path, folder: MadeFolder, note: Callable[[MadeFolder], None]) -> None:
    """Make one folder; its parent exists. ``note`` writes down what it is before it gets its name.

    Raises:
        Refused: something of this name was made meanwhile.
        OSError: it cannot be made, or not be written down.
    """
    with tree.parent_of(root, folder.parts) as parent:
        os.mkdir(folder.temporary, 0o777, dir_fd=parent)
        try:
            inode, born = _identity(parent, folder.temporary)
            note(replace(folder, inode=inode, born=born))
            rename.into_free(parent, folder.temporary, folder.parts[-1])
        except FileExistsError as error:
            raise Refused(f"{folder.path} is not made", "it was just made by another", "try again") from error
        finally:
            _remove(parent, folder.temporary)
        os.fsync(parent)


def remove(root: Path, made: Sequence[MadeFolder]) -> None:
    """Remove those folders that are still ours and empty, deepest first; others stay."""
    for folder in sorted(made, key=lambda each: len(each.parts), reverse=True):
        with contextlib.suppress(Refused), tree.parent_of(root, folder.parts) as parent:
            _remove(parent, folder.temporary)
            if _is_ours(parent, folder):
                _remove(parent, folder.parts[-1])


def still_ours(root: Path, made: Sequence[MadeFolder]) -> list[MadeFolder]:
    """Those that exist and are the very folders we made."""
    kept = []
    for folder in made:
        with contextlib.suppress(Refused), tree.parent_of(root, folder.parts) as parent:
            if _is_ours(parent, folder):
                kept.append(folder)
    return kept


def _is_ours(parent: int, folder: MadeFolder) -> bool:
    with contextlib.suppress(OSError):
        return folder.inode != 0 and _identity(parent, folder.parts[-1]) == (folder.inode, folder.born)
    return False


def _identity(parent: int, name: str) -> tuple[int, int]:
    """Inode and time of birth. Raises: OSError."""
    seen = os.stat(name, dir_fd=parent, follow_symlinks=False)
    if sys.platform == "darwin":
        return seen.st_ino, int(seen.st_birthtime * 1e9)
    return seen.st_ino, _born(parent, name)


def _born(parent: int, name: str) -> int:
    call = getattr(ctypes.CDLL(None), "statx", None) if sys.platform == "linux" else None
    found = ctypes.create_string_buffer(_STATX_SIZE)
    if call is None or call(parent, os.fsencode(name), _NO_FOLLOW, _BIRTH, found):
        return 0
    told, seconds, nanoseconds = struct.unpack_from("=I76xqI", found)
    return seconds * 1_000_000_000 + nanoseconds if told & _BIRTH else 0


def _remove(parent: int, name: str) -> None:
    try:
        os.rmdir(name, dir_fd=parent)
    except OSError as error:
        # Usually because it holds files, or because it is gone already.
        log.debug("folder %s stays: %s", name, error)
