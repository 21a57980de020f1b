"""Files that are written over, or removed from, the private copy of a tree before its program starts.

Runs in the supervisor: standard library only. The copy may hold any links, and names may be anybody's: every
step is relative to an open folder, and no link is followed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from atlas_tui.sandbox.supervisor.copying import LEFT_OUT

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE, _NEW_FOLDER = 0o644, 0o755

Change = tuple[str, bytes | None]
"""A path below the top, with ``/``, and what is to be there; None for nothing."""


class ChangeRefused(Exception):
    """A file was not changed; the text says which and why. Others may have been."""


def change(tree: str, changes: Sequence[Change], owner: int = -1) -> None:
    """Make ``changes`` in the folder ``tree``: what is removed first, so that a folder may become a file.

    A file that was there keeps its permissions. Folders that are needed are made; empty ones stay.

    Args:
        tree: where nobody else may be writing meanwhile.
        changes: no path twice.
        owner: user, and group of the same number, to give what is new to; -1 keeps it ours.

    Raises:
        ChangeRefused: a path leads outside, through a link, to a link, into the history or to no file; one is
            named twice; or there is no room.
    """
    known: set[str] = set()
    for path, _ in changes:
        why = "it is named twice" if path in known else misfit(path)
        if why:
            raise ChangeRefused(f"{path!a} is not changed: {why}")
        known.add(path)
    top = os.open(tree, _FOLDER)
    try:
        for path, content in sorted(changes, key=lambda one: one[1] is not None):
            try:
                _change(top, path.split("/"), content, owner)
            except OSError as error:
                raise ChangeRefused(f"{path!a} is not changed: {error.strerror or error}") from error
    finally:
        os.close(top)


def misfit(path: str) -> str:
    """Why ``path`` cannot be that of a file to change, whatever the tree holds; empty when it can."""
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        return "it is no path inside the tree"
    if any(part.casefold() == LEFT_OUT for part in parts):
        return "the history of the repository is out of reach"
    return ""


def _change(top: int, parts: list[str], content: bytes | None, owner: int) -> None:
    folder = _folder_of(top, parts, content is not None, owner)
    if folder < 0:
        return
    try:
        mode = _cleared(folder, parts[-1], content is None)
        if content is not None:
            _write(folder, parts[-1], content, mode, owner)
    finally:
        os.close(folder)


def _folder_of(top: int, parts: list[str], make: bool, owner: int) -> int:
    """The open folder that the last of ``parts`` lies in; -1 when there is none and none is to be made."""
    folder = os.dup(top)
    try:
        for part in parts[:-1]:
            if make and not _exists(folder, part):
                os.mkdir(part, _NEW_FOLDER, dir_fd=folder)
                if owner >= 0:
                    os.chown(part, owner, owner, dir_fd=folder, follow_symlinks=False)
            try:
                inner = os.open(part, _FOLDER, dir_fd=folder)
            except NotADirectoryError as error:  # so is a link told, to whatever it leads
                raise OSError(f"{part!a} is a file or a link, not a folder") from error
            except FileNotFoundError:
                os.close(folder)
                return -1
            os.close(folder)
            folder = inner
    except BaseException:
        os.close(folder)
        raise
    return folder


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _cleared(folder: int, name: str, removed: bool) -> int:
    """Remove the file ``name``, if it is there; gives the permissions for the next of that name."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return _NEW_FILE
    if stat.S_ISDIR(mode) and not removed:
        os.rmdir(name, dir_fd=folder)  # only where it is empty
        return _NEW_FILE
    if not stat.S_ISREG(mode):
        raise OSError("it is a link" if stat.S_ISLNK(mode) else "it is no file")
    os.unlink(name, dir_fd=folder)
    return stat.S_IMODE(mode) & 0o777


def _write(folder: int, name: str, content: bytes, mode: int, owner: int) -> None:
    writing = os.open(name, _CREATE, 0o600, dir_fd=folder)
    try:
        place = 0
        while place < len(content):
            place += os.write(writing, memoryview(content)[place:])
        if owner >= 0:
            os.fchown(writing, owner, owner)
        os.fchmod(writing, mode)
    finally:
        os.close(writing)
