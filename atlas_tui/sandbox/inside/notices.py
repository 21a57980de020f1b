"""Hears of calls that the candidate is denied, denies them, and remembers what was tried.

Runs inside the sandbox on whatever interpreter candidates use: standard library only, Python 3.8 or newer.
Structures and numbers are from ``linux/seccomp.h`` (user notification).
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct

_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTICE = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=Qqii")


class Notices:
    """What one candidate tried. ``words`` are by system call number (``seccomp.noticed``)."""

    def __init__(self, listener: int, words: dict[int, str]) -> None:
        self.listener, self._words = listener, words
        self.tried: list[str] = []

    def on_ready(self, events: int, poll: select.poll) -> None:
        """Deny the call that waits; once nobody is left under the filter, there is nothing to wait for."""
        if events & select.POLLIN:
            self._take()
        else:
            poll.unregister(self.listener)

    def _take(self) -> None:
        notice = bytearray(_NOTICE.size)
        try:
            fcntl.ioctl(self.listener, _RECEIVE, notice)
            fields = _NOTICE.unpack(notice)
            # Never with the flag that lets a call go on.
            fcntl.ioctl(self.listener, _SEND, _ANSWER.pack(fields[0], 0, -errno.EPERM, 0))
        except OSError:
            return  # the one who asked was killed meanwhile
        word = self._words.get(fields[3], "")
        if word and word not in self.tried:
            self.tried.append(word)

    def close(self) -> None:
        os.close(self.listener)
