"""The files below one root, reached without ever following a link."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import platform
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from atlas_tui.errors import AtlasError, Refused

LARGEST = 1 << 20
"""Bytes of the largest file that is read or written."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

# linux/openat2.h; the number of the call is the same on every architecture but Alpha.
_SYS_OPENAT2 = 437
_RESOLVE_NO_MAGICLINKS, _RESOLVE_NO_SYMLINKS, _RESOLVE_BENEATH = 0x02, 0x04, 0x08


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What tells one state of a file from another without reading it."""

    dev: int
    ino: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        return cls(dev=found.st_dev, ino=found.st_ino, size=found.st_size, mtime_ns=found.st_mtime_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What is compared and restored: the content by its hash, and the permission bits."""

    exists: bool
    sha256: str = ""
    mode: int = 0

    @classmethod
    def of(cls, content: bytes, mode: int) -> FileState:
        return cls(exists=True, sha256=hashlib.sha256(content).hexdigest(), mode=mode)


ABSENT = FileState(exists=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A regular file as it was read."""

    content: bytes
    mode: int
    """Permission bits."""
    stamp: Stamp
    links: int = 1
    """How many names it has in the file system."""

    @property
    def state(self) -> FileState:
        return FileState.of(self.content, self.mode)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The deepest folder on the way to a file that exists, open."""

    folder: int
    missing: tuple[str, ...]
    """Names of the folders below it that would have to be made; empty when it is the file's own."""


@contextlib.contextmanager
def nearest(root: Path, parts: tuple[str, ...], fault: type[AtlasError] = Refused) -> Iterator[Nearest]:
    """The folder that is to hold the file ``parts`` below ``root``, as far as there is one.

    Raises:
        fault: a component is no folder, a symbolic link, or the top of another repository.
    """
    name = "/".join(parts)
    with contextlib.ExitStack() as open_files:
        try:
            top = os.open(root, _DIRECTORY)
        except OSError as error:
            raise fault(f"{root} cannot be opened", error.strerror or "", "open the folder anew") from error
        open_files.callback(os.close, top)
        _refuse_other_repository(top, parts, fault)
        depth = _depth(top, parts[:-1])
        try:
            found = _open_below(top, parts[:depth])
        except OSError as error:
            raise fault(f"{name} cannot be used", *_explain(error, top, parts)) from error
        open_files.callback(os.close, found)
        yield Nearest(found, parts[depth:-1])


@contextlib.contextmanager
def parent_of(root: Path, parts: tuple[str, ...], fault: type[AtlasError] = Refused) -> Iterator[int]:
    """A descriptor of the folder that holds the file ``parts`` below ``root``.

    Raises:
        fault: a component is missing, no folder, a symbolic link, or the top of another repository.
    """
    with nearest(root, parts, fault) as found:
        if found.missing:
            folder = "/".join(parts[: len(parts) - len(found.missing)])
            raise fault(f"{'/'.join(parts)} cannot be used", f"the folder {folder} does not exist")
        yield found.folder


def read_below(root: Path, parts: tuple[str, ...], fault: type[AtlasError] = Refused) -> Found | None:
    """The file ``parts`` below ``root``; None when it or its folder does not exist.

    Raises:
        fault: as ``nearest`` and ``read``.
    """
    with nearest(root, parts, fault) as found:
        return None if found.missing else read(found.folder, parts[-1], "/".join(parts), fault)


def denied(parent: int, name: str, found: Found | None) -> str:
    """Why the file or its folder must not be written, by their permissions; empty when they may be."""
    # The bits are looked at as well, because everything is writable for root.
    if found is not None and (not found.mode & 0o222 or not os.access(name, os.W_OK, dir_fd=parent)):
        return "it is read-only"
    if not stat.S_IMODE(os.fstat(parent).st_mode) & 0o222 or not os.access(".", os.W_OK, dir_fd=parent):
        return "its folder is read-only"
    return ""


def read(parent: int, name: str, path: str, fault: type[AtlasError] = Refused) -> Found | None:
    """The file ``name`` in the folder ``parent``; None when there is none.

    Raises:
        fault: it is a link, a folder, a device, larger than 1 MiB, or unreadable.
    """
    try:
        seen = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise fault(f"{path} cannot be read", error.strerror or "", "check its permissions") from error
    if reason := _unfit(seen):
        raise fault(f"{path} cannot be used", *reason)
    try:
        # Not blocking: between the two calls it may have become a pipe.
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    except OSError as error:
        raise fault(f"{path} cannot be read", error.strerror or "", "check its permissions") from error
    with os.fdopen(descriptor, "rb") as file:
        opened = os.fstat(descriptor)
        if not os.path.samestat(seen, opened):
            raise fault(f"{path} cannot be used", "it is being replaced right now", "try again")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise fault(f"{path} cannot be used", "it grows while it is read", "try again")
    return Found(
        content=content,
        mode=stat.S_IMODE(opened.st_mode),
        stamp=Stamp.of(opened),
        links=opened.st_nlink,
    )


def _unfit(seen: os.stat_result) -> tuple[str, str] | None:
    """Why a file is not read or written, and what to do; None when it is fit."""
    if stat.S_ISLNK(seen.st_mode):
        return "it is a symbolic link", "name the file itself"
    if stat.S_ISDIR(seen.st_mode):
        return "it is a folder", "name a file in it"
    if not stat.S_ISREG(seen.st_mode):
        return "it is not a regular file", "choose another file"
    if seen.st_size > LARGEST:
        return f"it has {seen.st_size:,} bytes and at most {LARGEST:,} are handled", "choose another file"
    return None


def _refuse_other_repository(top: int, parts: tuple[str, ...], fault: type[AtlasError]) -> None:
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        with contextlib.suppress(OSError):
            # A bare one, or the store of this tree under another name (git init --separate-git-dir).
            for inside in ("HEAD", "objects", "refs"):
                os.stat(f"{folder}/{inside}", dir_fd=top, follow_symlinks=False)
            raise fault(
                f"{'/'.join(parts)} cannot be used", f"{folder} is git's own folder", "choose another file"
            )
        for store in (".git", ".hg", ".jj"):
            with contextlib.suppress(OSError):
                os.stat(f"{folder}/{store}", dir_fd=top, follow_symlinks=False)
                raise fault(
                    f"{'/'.join(parts)} cannot be used",
                    f"{folder} is a repository of its own",
                    "open the app in that folder",
                )


def _depth(top: int, folders: tuple[str, ...]) -> int:
    """How many of the folders exist, in some form."""
    for depth in range(1, len(folders) + 1):
        try:
            os.stat("/".join(folders[:depth]), dir_fd=top, follow_symlinks=False)
        except FileNotFoundError:
            return depth - 1
        except OSError:
            # Opening says what is wrong with it.
            return len(folders)
    return len(folders)


def _open_below(top: int, folders: tuple[str, ...]) -> int:
    if not folders:
        return os.dup(top)
    if _has_openat2():
        return _openat2(top, "/".join(folders))
    here = os.dup(top)
    for folder in folders:
        try:
            following = os.open(folder, _DIRECTORY, dir_fd=here)
        finally:
            os.close(here)
        here = following
    return here


@cache
def _has_openat2() -> bool:
    """Whether the kernel has the call (Linux 5.6) and no seccomp filter denies it."""
    if not sys.platform.startswith("linux") or platform.machine() == "alpha":
        return False
    root = os.open("/", _DIRECTORY)
    try:
        os.close(_openat2(root, "."))
    except OSError:
        return False
    finally:
        os.close(root)
    return True


def _openat2(top: int, path: str) -> int:
    how = _OpenHow(
        flags=_DIRECTORY, mode=0, resolve=_RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS
    )
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.syscall(
        ctypes.c_long(_SYS_OPENAT2),
        ctypes.c_int(top),
        ctypes.c_char_p(os.fsencode(path)),
        ctypes.byref(how),
        ctypes.c_size_t(ctypes.sizeof(how)),
    )
    if found < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), path)
    return int(found)


def _explain(error: OSError, top: int, parts: tuple[str, ...]) -> tuple[str, str]:
    """Which component is to blame, and what to do."""
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        try:
            seen = os.stat(folder, dir_fd=top, follow_symlinks=False)
        except FileNotFoundError:
            return f"the folder {folder} does not exist", "make the folder first"
        except OSError as reason:
            return f"{folder}: {reason.strerror}", "check its permissions"
        if stat.S_ISLNK(seen.st_mode):
            return f"{folder} is a symbolic link", "name the file by its real path"
        if not stat.S_ISDIR(seen.st_mode):
            return f"{folder} is not a folder", "choose another file"
    if error.errno in (errno.EACCES, errno.EPERM):
        return error.strerror or "", "check its permissions"
    return error.strerror or str(error), "try again"
