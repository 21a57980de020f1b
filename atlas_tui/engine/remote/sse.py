"""Server-sent events, as the WHATWG HTML standard (section 9.2) defines their stream."""

from __future__ import annotations

import codecs

MOST_BYTES = 32 << 20
"""Longest event that is taken; a longer one is no chunk of text."""


class EventReader:
    """Puts the events of a stream together from pieces that are cut at any byte.

    Only the data of each event is kept: the type, the id and the comments say nothing here. Unlike a
    browser it also gives an event that the end of the stream cut short of its empty line.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._first = True
        self._after_return = False

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that ``piece`` completes. Raises: ValueError: an event is too long."""
        # A line ends with \r\n, \n or \r: a \n at the start of a piece may belong to the \r before it.
        if self._after_return and piece.startswith(b"\n"):
            piece, self._after_return = piece[1:], False
        if piece:
            self._after_return = piece.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in piece:
            self._keep(piece)
            return []
        first, *lines = piece.split(b"\n")
        lines.insert(0, bytes(self._rest) + first)
        self._rest.clear()
        self._rest += lines.pop()
        events = (self._line(line) for line in lines)
        return [event for event in events if event is not None]

    def end(self) -> list[str]:
        """The event that was still open when the stream ended, if there was one."""
        event = self._line(bytes(self._rest))
        self._rest.clear()
        last = self._line(b"") if event is None else event
        return [] if last is None else [last]

    def _keep(self, piece: bytes) -> None:
        self._rest += piece
        if len(self._rest) > MOST_BYTES:
            raise ValueError(f"an event of more than {MOST_BYTES:,} bytes")

    def _line(self, line: bytes) -> str | None:
        """Take one line; gives the data of the event that it ends."""
        if self._first:
            self._first = False
            line = line.removeprefix(codecs.BOM_UTF8)
        if not line:
            data, self._data, self._size = self._data, [], 0
            return b"\n".join(data).decode("utf-8", "replace") if data else None
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            self._size += len(value)
            if self._size > MOST_BYTES:
                raise ValueError(f"an event of more than {MOST_BYTES:,} bytes")
            self._data.append(value)
        return None
