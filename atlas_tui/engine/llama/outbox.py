"""Joins the text of many tokens into few messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from atlas_tui.engine.base import Delta, EngineEvent, Phase, Prefill

PERIOD = 1 / 30
"""Seconds between two messages with text of the same sequence."""


class Outbox:
    """Passes events on to ``send``; text and progress wait up to ``period`` seconds for more."""

    def __init__(self, send: Callable[[Sequence[EngineEvent]], None], period: float = PERIOD) -> None:
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
                self.flush(event)
        if time.monotonic() - self._last >= self._period:
            self.flush()

    def flush(self, *after: EngineEvent) -> None:
        """Send all that waits, and then ``after``, as one message."""
        self._last = time.monotonic()
        events: list[EngineEvent] = []
        if self._prefill is not None:
            events.append(self._prefill)
            self._prefill = None
        for (name, phase), parts in self._texts.items():
            tokens = self._tokens[name, phase]
            events.append(Delta(id=name, text="".join(parts), tokens=tokens, phase=phase))
        self._texts.clear()
        self._tokens.clear()
        if events or after:
            self._send([*events, *after])
