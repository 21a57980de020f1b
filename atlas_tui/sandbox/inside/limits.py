"""Watches one candidate from outside of it, and says which limit it is over.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing is slow to import, and nothing here needs it to run
    from typing import Any

POLL_SECONDS = 0.02
FILE_BYTES = 64 << 20
"""Most bytes of one file, and of the working folder where it is not a sized tmpfs."""
MOST_ENTRIES = 5_000
"""Files and folders: they cost kernel memory that no other limit counts."""
TASKS = 64
"""Threads, in an own user namespace, where the kernel counts the sandbox alone."""
_THREADS = 256
_LEAST_SPACE = 4 << 30
_FOLDER_POLL_SECONDS = 0.25


def address_space(memory_bytes: int) -> int:
    """Bytes to limit it to: stacks of 512 MB and interpreters reserve far more than they use."""
    return max(_LEAST_SPACE, 2 * memory_bytes + (1 << 30))


class Watch:
    """The limits of one run; ``exceeded`` is to be asked every ``POLL_SECONDS``."""

    def __init__(
        self, child: int, order: dict[str, Any], folders: list[str], mounts: bool, now: float
    ) -> None:
        self._child, self._order = child, order
        self._folders, self._mounts = folders, mounts
        self._started, self._next_look = now, now + _FOLDER_POLL_SECONDS

    def exceeded(self, now: float) -> str:
        """The limit that the candidate is over, or empty."""
        try:
            with open("/proc/%d/stat" % self._child, "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return ""  # just ended; waiting for it says how
        order = self._order
        if (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") > order["cpu_seconds"]:
            return "cpu"
        if now - self._started > order["wall_seconds"]:
            return "wall"
        if int(fields[21]) * os.sysconf("SC_PAGE_SIZE") > order["memory_bytes"]:
            return "memory"
        if int(fields[17]) > _THREADS:
            return "threads"
        return "files" if self._too_many_files(now) else ""

    def delayed(self) -> float:
        """Seconds its threads were ready to run and had no processor; -1 where the kernel does not say.

        Source: ``Documentation/scheduler/sched-stats.rst``, second field of ``schedstat``.
        """
        total = 0
        try:
            for task in os.listdir("/proc/%d/task" % self._child):
                with open("/proc/%d/task/%s/schedstat" % (self._child, task), "rb") as file:
                    total += int(file.read().split()[1])
        except (OSError, IndexError, ValueError):
            return -1.0
        return total / 1e9

    def _too_many_files(self, now: float) -> bool:
        if self._mounts:  # tmpfs, which counts for us
            return any(_inodes(folder) > MOST_ENTRIES for folder in self._folders)
        if now < self._next_look:
            return False
        self._next_look = now + _FOLDER_POLL_SECONDS
        return folder_full(self._folders[0], _unlinked(self._child, self._folders[0]))


def _inodes(folder: str) -> int:
    found = os.statvfs(folder)
    return found.f_files - found.f_ffree


def _unlinked(child: int, folder: str) -> int:
    """Bytes of files of ``folder`` that have no name any more but are held open, or mapped, by ``child``."""
    sizes = {}
    try:
        device = os.stat(folder).st_dev
        for name in os.listdir("/proc/%d/fd" % child):
            try:
                held = os.stat("/proc/%d/fd/%s" % (child, name))
            except OSError:
                continue  # closed meanwhile
            if held.st_dev == device and not held.st_nlink:
                sizes[held.st_ino] = held.st_blocks * 512
        with open("/proc/%d/maps" % child, "rb") as maps:
            for line in maps:
                fields = line.rstrip().split(None, 5)
                if fields[-1].startswith(os.fsencode(folder) + b"/") and fields[-1].endswith(b" (deleted)"):
                    # Closed, how large it is cannot be asked any more.
                    sizes.setdefault(int(fields[4]), FILE_BYTES)
    except OSError:
        pass  # just ended
    return sum(sizes.values())


def folder_full(folder: str, size: int, most: int = MOST_ENTRIES, most_bytes: int = FILE_BYTES) -> bool:
    """Whether the files below ``folder``, with ``size`` bytes more, are too large together, or too many."""
    entries = 0
    waiting = [folder]
    if size > most_bytes:
        return True
    while waiting:
        try:
            names = os.scandir(waiting.pop())
        except OSError:
            continue  # removed meanwhile
        with names:
            for entry in names:
                entries += 1
                try:
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                except OSError:
                    continue  # removed meanwhile
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                if entries > most or size > most_bytes:
                    return True
    return False
