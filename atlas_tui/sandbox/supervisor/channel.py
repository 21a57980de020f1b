"""The supervisor's end of the socket to the app.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from typing import Any

from atlas_tui.sandbox import wire

Handler = Callable[[dict[str, Any], bytes], None]


class Channel:
    """Sends and takes frames (see ``wire``) without ever waiting."""

    def __init__(self, link: socket.socket, selector: selectors.BaseSelector) -> None:
        self.socket, self._selector = link, selector
        self._incoming, self._outgoing = bytearray(), bytearray()
        link.setblocking(False)
        selector.register(link, selectors.EVENT_READ)

    @property
    def unsent(self) -> int:
        return len(self._outgoing)

    def on_ready(self, events: int, handle: Handler) -> bool:
        """Read and write what can be; False when the app is gone."""
        if events & selectors.EVENT_READ and not self._receive(handle):
            return False
        return not events & selectors.EVENT_WRITE or self._flush()

    def send(self, message: dict[str, Any], blob: bytes = b"") -> None:
        self._outgoing += wire.packed(message, blob)
        if self._flush() and self._outgoing:
            self._selector.modify(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def _receive(self, handle: Handler) -> bool:
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        self._incoming += data
        while len(self._incoming) >= wire.HEADER.size:
            text, blob = wire.sizes(bytes(self._incoming[: wire.HEADER.size]))
            middle, end = wire.HEADER.size + text, wire.HEADER.size + text + blob
            if len(self._incoming) < end:
                break
            message = wire.unpacked(bytes(self._incoming[wire.HEADER.size : middle]))
            attached = bytes(self._incoming[middle:end])
            del self._incoming[:end]
            handle(message, attached)
        return bool(data)

    def _flush(self) -> bool:
        """Send what can be sent; False when the app is gone, which is noticed by reading too."""
        try:
            sent = self.socket.send(self._outgoing)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        del self._outgoing[:sent]
        if not self._outgoing:
            self._selector.modify(self.socket, selectors.EVENT_READ)
        return True
