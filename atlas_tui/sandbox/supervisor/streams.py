"""What comes out of a run, kept up to a limit.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

_READ_BYTES = 1 << 16


@dataclass
class Stream:
    """What comes out of one pipe."""

    descriptor: int
    """The end to read from, which never blocks; -1 once it is closed."""
    kept: int
    """Most bytes kept."""
    allowed: int
    """More than that ends the run."""
    both_ends: bool = False
    """Keep the first and the last half of ``kept`` instead of the first bytes."""
    total: int = 0
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)

    def read(self) -> bool:
        """Take what is there; False when there is no more now, or ever: then it is closed."""
        try:
            data = os.read(self.descriptor, _READ_BYTES)
        except BlockingIOError:
            return False
        if not data:
            self.close()
            return False
        self.total += len(data)
        first = self.kept // 2 if self.both_ends else self.kept
        room = max(0, first - len(self.head))
        self.head += data[:room]
        if self.both_ends:
            self.tail += data[room:]
            del self.tail[: max(0, len(self.tail) - self.kept // 2)]
        return True

    @property
    def overflows(self) -> bool:
        return self.total > self.allowed

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def content(self) -> bytes:
        if self.total > len(self.head) + len(self.tail) and self.tail:
            return bytes(self.head) + b"\n[...]\n" + bytes(self.tail)
        return bytes(self.head + self.tail)
