"""What a process and all it started use together, read from ``/proc``.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Use:
    """Seconds, bytes and numbers at one moment."""

    cpu_seconds: float = 0.0
    """Of the living and of those that they have waited for."""
    resident_bytes: int = 0
    """What each has for itself, and the largest share of what they have together."""
    tasks: int = 0
    """Threads of all processes."""
    delayed_seconds: float = 0.0
    """Time that main threads were ready to run and had no processor."""


def members(first: int) -> list[int]:
    """``first`` and its descendants, and orphans of its process group that this process has adopted."""
    found: set[int] = set()
    waiting = [first, *(pid for pid in _children(os.getpid()) if _group(pid) == first)]
    while waiting:
        pid = waiting.pop()
        if pid not in found:  # one may be handed to another parent between two looks
            found.add(pid)
            waiting += _children(pid)
    return list(found)


def use(pids: list[int]) -> Use:
    """What ``pids`` use together; those that are gone meanwhile use nothing."""
    cpu = delayed = 0.0
    private = largest_shared = tasks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            with open(f"/proc/{pid}/statm", "rb") as file:
                resident, shared = (int(word) * _PAGE for word in file.read().split()[1:3])
            with open(f"/proc/{pid}/schedstat", "rb") as file:
                delayed += int(file.read().split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            continue
        cpu += sum(int(fields[place]) for place in range(11, 15)) / _TICKS
        tasks += int(fields[17])
        private += resident - shared
        largest_shared = max(largest_shared, shared)
    return Use(cpu, private + largest_shared, tasks, delayed)


def exactly(found: Use, pids: list[int]) -> Use:
    """``found`` with memory that several share counted once, where the kernel tells (``smaps_rollup``)."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
                lines = [line.split() for line in file]
        except (FileNotFoundError, ProcessLookupError):
            continue  # gone meanwhile
        except OSError:
            return found
        total += sum(int(words[1]) << 10 for words in lines if words[0] == b"Pss:")
    return replace(found, resident_bytes=total)


def tasks_of_user(user: int) -> int:
    """Threads that ``user`` has now, as ``RLIMIT_NPROC`` counts them."""
    total = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == user:
                    total += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue  # gone meanwhile
    return total


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass  # gone meanwhile
    return found
