"""Bytes of tokens to text as they come: never half a character, never part of a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextStream:
    """Incremental text of one phase of one sequence; the work per token does not grow with the text."""

    def __init__(self, stop: Sequence[str] = (), *, skip_newlines: bool = False) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = [one for one in stop if one]
        self._held = ""
        self._skip = skip_newlines
        self._parts: list[str] = []
        self.stopped = False

    @property
    def text(self) -> str:
        """All text given out so far."""
        return "".join(self._parts)

    def feed(self, data: bytes) -> str:
        """Text that is now certain; sets ``stopped`` when a stop string was met (it is left out)."""
        fresh = self._decoder.decode(data)
        if self._skip:
            fresh = fresh.lstrip("\n")
            self._skip = not fresh
        if not self._stop:
            return self._out(fresh)
        held = self._held + fresh
        found = min((at for at in (held.find(one) for one in self._stop) if at >= 0), default=-1)
        if found >= 0:
            self.stopped, self._held = True, ""
            return self._out(held[:found])
        keep = max(_overlap(held, one) for one in self._stop)
        self._held = held[len(held) - keep :]
        return self._out(held[: len(held) - keep])

    def finish(self) -> str:
        """What was held back; an incomplete last character is dropped."""
        rest, self._held = self._held, ""
        return self._out(rest)

    def _out(self, text: str) -> str:
        if text:
            self._parts.append(text)
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of ``text`` that is a begin of ``stop``."""
    for size in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:size]):
            return size
    return 0
