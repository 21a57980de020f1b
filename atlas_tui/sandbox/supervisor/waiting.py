"""Who is next: runs wait in groups that take turns, and only so many bytes of them are held.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator

from atlas_tui.sandbox.supervisor.run import Run

MOST_BYTES = 512 << 20
MOST_RUNS = 20_000


class Full(Exception):
    """No more can wait."""


class Waiting:
    """Runs that were not begun. One group's thousand runs do not keep another's three from their turn."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_runs: int = MOST_RUNS) -> None:
        self._groups: OrderedDict[str, deque[Run]] = OrderedDict()
        self._most_bytes, self._most_runs = most_bytes, most_runs
        self._bytes = self._runs = 0

    def __len__(self) -> int:
        return self._runs

    def __iter__(self) -> Iterator[Run]:
        return (run for group in self._groups.values() for run in group)

    def add(self, run: Run) -> None:
        """Raises Full when too many runs wait, or too large ones."""
        if self._runs >= self._most_runs or (self._runs and self._bytes + run.size > self._most_bytes):
            raise Full(f"{self._runs} runs of {self._bytes >> 20} MB wait already")
        self._groups.setdefault(run.group, deque()).append(run)
        self._count(run, 1)

    def next(self) -> Run:
        """Take the first of the group whose turn it is.

        Raises:
            KeyError: none waits.
        """
        name, group = next(iter(self._groups.items()), ("", None))
        if group is None:
            raise KeyError("none waits")
        run = group.popleft()
        self._groups.move_to_end(name)
        if not group:
            del self._groups[name]
        self._count(run, -1)
        return run

    def remove(self, number: int) -> Run | None:
        """Take the run of that number, if it waits."""
        for run in self:
            if run.id == number:
                group = self._groups[run.group]
                group.remove(run)
                if not group:
                    del self._groups[run.group]
                self._count(run, -1)
                return run
        return None

    def _count(self, run: Run, sign: int) -> None:
        self._runs += sign
        self._bytes += sign * run.size
