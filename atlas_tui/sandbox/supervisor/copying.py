"""A private copy of a folder, for programs that may change it.

Runs in the supervisor: standard library only. The tree may be changed meanwhile by whoever owns it, and may
hold anything: every step is relative to an open folder, and no link is followed below the top.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

LEFT_OUT = ".git"
"""Folders and files of this name are not copied, at any depth: a program has no business with the history."""

# linux/fs.h, on x86-64 and aarch64
_FICLONE, _GETFLAGS, _SETFLAGS, _TOPDIR = 0x40049409, 0x80086601, 0x40086602, 0x00020000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 16 << 20
_READ_BYTES = 1 << 20
_NAMED = 100
"""Most skipped entries that are named; the rest is counted."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EROFS)
"""With these the next entry would fail too."""
_CANNOT_CLONE = (errno.EOPNOTSUPP, errno.EXDEV, errno.ENOTTY, errno.ENOSYS)
_KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class CopyRefused(Exception):
    """No copy; the text says why. What was copied so far is left to the caller to remove."""


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """What a copy may take."""

    entries: int = 200_000
    bytes: int = 2 << 30
    """Content that is written anew: neither holes nor what the copy shares with the original on disk."""
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds."""

    files: int
    """Regular files."""
    bytes: int
    """Their content without holes, also where it is shared with the original on disk."""
    skipped: tuple[str, ...]
    """What is missing: path below the top and reason. Names are as they are, so not fit for a terminal."""


def copy_tree(
    source: str, target: str, limits: CopyLimits | None = None, owner: int = -1,
    only: Collection[str] | None = None,
) -> Copied:  # fmt: skip
    """Copy the folder ``source`` to ``target``, without ``LEFT_OUT``.

    Permissions and modification times are kept, setuid, setgid and sticky bits are not, nor are owners,
    extended attributes and hard links as such. Symbolic links are copied as they are. What cannot be read,
    and what is neither file, folder nor link, is skipped and named; what vanishes meanwhile is only skipped.

    Args:
        source: may be a link to a folder itself.
        target: must not exist, or be an empty folder.
        limits: what it may take; the defaults of ``CopyLimits`` without it.
        owner: user, and group of the same number, to give everything to; -1 keeps it ours.
        only: paths below the top, with ``/``, of the files and links to copy; the rest is passed over without
            a word. None copies all.

    Raises:
        CopyRefused: it is too large or takes too long, is no folder, cannot be read at the top, or there is
            no room for it.
    """
    copier = _Copier(limits or CopyLimits(), owner, None if only is None else _with_folders(only))
    try:
        copier.copy(source, target)
    except OSError as error:
        raise CopyRefused(f"the copy failed: {error.strerror or error}") from error
    finally:
        copier.close()
    skipped = copier.skipped
    if copier.unnamed:
        skipped.append(f"and {copier.unnamed} more")
    return Copied(copier.files, copier.bytes, tuple(skipped))


@dataclass(slots=True)
class _Level:
    """A folder that is being copied."""

    name: str
    status: os.stat_result
    names: list[str]
    """Entries that are still to be copied."""
    path: str
    """Below the top, and a slash; empty for the top."""


class _Copier:
    """Walks down and up with one open folder on each side, however deep the tree is."""

    def __init__(self, limits: CopyLimits, owner: int, only: frozenset[str] | None) -> None:
        self.files = self.bytes = self.unnamed = 0
        self.skipped: list[str] = []
        self._limits, self._owner, self._only = limits, owner, only
        self._deadline = time.monotonic() + limits.seconds
        self._entries = self._written = 0
        self._source = self._target = -1
        self._levels: list[_Level] = []
        self._top: tuple[int, int] = (-1, -1)
        self._no_clone: set[int] = set()
        """Devices from which nothing can be cloned to the target."""

    def close(self) -> None:
        for descriptor in (self._source, self._target):
            if descriptor >= 0:
                os.close(descriptor)
        self._source = self._target = -1

    def copy(self, source: str, target: str) -> None:
        """Copy everything.

        Raises:
            CopyRefused, OSError: it cannot be done.
        """
        try:
            self._source = os.open(source, _FOLDER)
        except OSError as error:
            raise CopyRefused(f"{source} cannot be copied: {error.strerror}") from error
        with contextlib.suppress(FileExistsError):
            os.mkdir(target, 0o700)
        self._target = os.open(target, _FOLDER | os.O_NOFOLLOW)
        self._top = _identity(os.fstat(self._target))
        _spread(self._target)
        if os.listdir(self._target):
            raise CopyRefused(f"{target} is not empty")
        self._levels.append(_Level("", os.fstat(self._source), self._listed(self._source, ""), ""))
        while self._levels:
            names = self._levels[-1].names
            if names:
                self._entry(names.pop())
            else:
                self._leave()

    def _listed(self, folder: int, path: str) -> list[str]:
        names: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                wanted = self._only is None or path + entry.name in self._only
                if wanted and entry.name != LEFT_OUT:
                    self._entries += 1
                    names.append(entry.name)
                if self._entries > self._limits.entries:
                    raise CopyRefused(f"it has more than {self._limits.entries} files and folders")
        return names

    def _skip(self, name: str, why: str) -> None:
        if len(self.skipped) < _NAMED:
            self.skipped.append(f"{self._levels[-1].path}{name}: {why}")
        else:
            self.unnamed += 1

    def _entry(self, name: str) -> None:
        """Copy the entry ``name`` of the open folder, or go down into it."""
        if time.monotonic() > self._deadline:
            raise CopyRefused(f"it took longer than {self._limits.seconds:g} s")
        try:
            status = os.stat(name, dir_fd=self._source, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                self._enter(name)
            elif stat.S_ISREG(status.st_mode):
                self._file(name)
            elif stat.S_ISLNK(status.st_mode):
                self._link(name, status)
            else:
                self._skip(name, _KINDS.get(stat.S_IFMT(status.st_mode), "no file"))
        except FileNotFoundError:
            return  # vanished meanwhile
        except OSError as error:
            if error.errno in _FULL:
                raise
            self._skip(name, error.strerror or type(error).__name__)

    # --- folders

    def _enter(self, name: str) -> None:
        inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._source)
        made = -1
        try:
            status = os.fstat(inner)
            if _identity(status) == self._top:
                return  # the copy itself lies in the tree
            os.stat(".", dir_fd=inner)  # without the right to search it there is no way back up
            path = f"{self._levels[-1].path}{name}/"
            level = _Level(name, status, self._listed(inner, path), path)
            os.mkdir(name, 0o700, dir_fd=self._target)
            made = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self._target)
            _spread(made)
            inner, self._source = self._source, inner
            made, self._target = self._target, made
            self._levels.append(level)
        finally:
            _close(inner, made)

    def _leave(self) -> None:
        done = self._levels.pop()
        source, target = self._source, self._target
        try:
            if self._levels:
                self._source = os.open("..", _FOLDER, dir_fd=source)
                self._target = os.open("..", _FOLDER, dir_fd=target)
                if _identity(os.fstat(self._source)) != _identity(self._levels[-1].status):
                    raise CopyRefused(f"the folder {done.name} was moved while it was copied")
            else:
                self._source = self._target = -1
            self._finish(target, done.status)
        finally:
            _close(*({source, target} - {self._source, self._target}))

    def _finish(self, descriptor: int, status: os.stat_result) -> None:
        """Owner, permissions and times; last, because each would be changed by what comes before it."""
        if self._owner >= 0:
            os.fchown(descriptor, self._owner, self._owner)
        os.fchmod(descriptor, status.st_mode & 0o777)
        os.utime(descriptor, ns=(status.st_atime_ns, status.st_mtime_ns))

    # --- links and files

    def _link(self, name: str, status: os.stat_result) -> None:
        os.symlink(os.readlink(name, dir_fd=self._source), name, dir_fd=self._target)
        if self._owner >= 0:
            os.chown(name, self._owner, self._owner, dir_fd=self._target, follow_symlinks=False)
        times = (status.st_atime_ns, status.st_mtime_ns)
        os.utime(name, ns=times, dir_fd=self._target, follow_symlinks=False)

    def _file(self, name: str) -> None:
        reading = os.open(name, _READ, dir_fd=self._source)
        writing = -1
        try:
            status = os.fstat(reading)
            if not stat.S_ISREG(status.st_mode):
                self._skip(name, "no file any more")
                return
            writing = os.open(name, _CREATE, 0o600, dir_fd=self._target)
            size = self._content(reading, writing, status)
            self._finish(writing, status)
            self.files += 1
            self.bytes += size
        except OSError:
            if writing >= 0:
                os.unlink(name, dir_fd=self._target)  # half a file is worse than none
            raise
        finally:
            _close(reading, writing)

    def _content(self, reading: int, writing: int, status: os.stat_result) -> int:
        """Copy what is in a file as long as it was at the start; gives how much that is, without holes."""
        size = status.st_size
        if size == 0:
            return 0
        if self._clone(reading, writing, status.st_dev):
            return min(size, status.st_blocks * 512)
        before = self._written
        ranges: Iterator[tuple[int, int]] = iter([(0, size)])
        if status.st_blocks * 512 < size:
            os.ftruncate(writing, size)
            ranges = _data(reading, size)
        for start, end in ranges:
            self._range(reading, writing, start, end)
        return self._written - before

    def _clone(self, reading: int, writing: int, device: int) -> bool:
        """Have the copy share the blocks of the original, on file systems that can."""
        if device in self._no_clone:
            return False
        try:
            fcntl.ioctl(writing, _FICLONE, reading)
        except OSError as error:
            if error.errno in _CANNOT_CLONE:
                self._no_clone.add(device)
            return False
        return True

    def _range(self, reading: int, writing: int, start: int, end: int) -> None:
        in_kernel = end - start > _READ_BYTES
        while start < end:
            wanted = min(_CHUNK, end - start)
            if self._written + wanted > self._limits.bytes:
                raise CopyRefused(f"it holds more than {self._limits.bytes >> 20} MB")
            if time.monotonic() > self._deadline:
                raise CopyRefused(f"it took longer than {self._limits.seconds:g} s")
            done = None
            if in_kernel:
                with contextlib.suppress(OSError):  # what is wrong with the file, reading it tells
                    done = os.copy_file_range(reading, writing, wanted, start, start)
            if not done:
                in_kernel = False
                data = os.pread(reading, min(_READ_BYTES, wanted), start)
                done = os.pwrite(writing, data, start) if data else 0
            if not done:
                return  # it has become shorter
            start += done
            self._written += done


def _with_folders(paths: Collection[str]) -> frozenset[str]:
    """``paths`` and all folders above them."""
    found = set(paths)
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return frozenset(found)


def _data(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and end of each part of a file that is no hole."""
    start = 0
    while start < size:
        try:
            start = os.lseek(descriptor, start, os.SEEK_DATA)
            end = os.lseek(descriptor, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # only a hole is left
                return
            start, end = start, size  # it cannot tell holes
        yield start, min(end, size)
        start = end


def _spread(folder: int) -> None:
    """Have ext4 put the folders that are made in this one far from each other.

    Without a journal it looks at each inode that was freed a moment ago before it takes another one nearby:
    a tree that is copied and removed again and again would take ten times as long.
    """
    flags = bytearray(8)
    with contextlib.suppress(OSError):  # other file systems
        fcntl.ioctl(folder, _GETFLAGS, flags)
        wanted = int.from_bytes(flags[:4], sys.byteorder) | _TOPDIR
        fcntl.ioctl(folder, _SETFLAGS, wanted.to_bytes(4, sys.byteorder) + bytes(4))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)
