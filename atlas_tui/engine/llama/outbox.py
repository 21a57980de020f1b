"""Joins the text of many tokens into few messages."""

from __future__ import annotations

import time
from collections.abc import Callable

from atlas_tui.engine.base import Delta, EngineEvent, Phase, Prefill

PERIOD = 1 / 30
"""Seconds between two messages with text of the same sequence."""


class Outbox:
    """Passes events on to ``send``; text and progress wait up to ``period`` seconds for more."""

    def __init__(self, send: Callable[[EngineEvent], None], period: float = PERIOD) -> None:
        self._send, self._period = send, period
        self._texts: dict[tuple[str, Phase], list[str]] = {}
        self._tokens: dict[tuple[str, Phase], int] = {}
        self._prefill: Prefill | None = None
        self._last = float("-inf")

    def add(self, event: EngineEvent) -> None:
        """Take an event; the order within a sequence is kept."""
        match event:
            case Delta():
                key = (event.id, event.phase)
                self._texts.setdefault(key, []).append(event.text)
                self._tokens[key] = self._tokens.get(key, 0) + event.tokens
            case Prefill():
                self._prefill = event
                if event.done == event.total:
                    self.flush()
            case _:
                self.flush()
                self._send(event)
        if time.monotonic() - self._last >= self._period:
            self.flush()

    def flush(self) -> None:
        """Send all that waits."""
        self._last = time.monotonic()
        if self._prefill is not None:
            self._send(self._prefill)
            self._prefill = None
        for (name, phase), parts in self._texts.items():
            text = "".join(parts)
            self._send(Delta(id=name, text=text, tokens=self._tokens[name, phase], phase=phase))
        self._texts.clear()
        self._tokens.clear()
