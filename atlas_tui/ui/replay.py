"""A recorded run shown again: at once, or event by event at the speed it had. No Textual here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from atlas_tui.events import Event, RunEnded, Text
from atlas_tui.ui.fold import fold
from atlas_tui.ui.state import TREND_STEP, RunState

SPEEDS = (1.0, 4.0)
"""How many recorded seconds pass in one; behind the last of them comes the end at once."""
TICK = 0.05
"""Seconds between two looks at what is due, at least."""
PAUSE = 1.0
"""Most seconds between a run's end and what was done later: that may have been the next day."""


def gathered(events: Iterable[Event]) -> Iterator[Event]:
    """The same run with its streamed text in few pieces: folding each token copies all that came before it.

    Pieces of one candidate and part are joined up to the next event that is no text, and for as long as the
    speed is counted in one.
    """
    waiting: dict[str, list[Text]] = {}
    for event in events:
        if not isinstance(event, Text):
            yield from _joined(waiting)
            yield event
            continue
        pieces = waiting.setdefault(event.candidate, [])
        if pieces and not _together(pieces[-1], event):
            yield _join(waiting.pop(event.candidate))
            pieces = waiting.setdefault(event.candidate, [])
        pieces.append(event)
    yield from _joined(waiting)


def _together(before: Text, event: Text) -> bool:
    return before.part is event.part and int(before.at / TREND_STEP) == int(event.at / TREND_STEP)


def _joined(waiting: dict[str, list[Text]]) -> Iterator[Text]:
    yield from map(_join, waiting.values())
    waiting.clear()


def _join(pieces: Sequence[Text]) -> Text:
    delta, tokens = "".join(each.delta for each in pieces), sum(each.tokens for each in pieces)
    return replace(pieces[-1], delta=delta, tokens=tokens)


def folded(events: Iterable[Event], state: RunState | None = None) -> RunState:
    """The state after all events, from ``state`` on."""
    state = state or RunState()
    for event in gathered(events):
        state = fold(state, event)
    return state


class Player:
    """Gives recorded events when their time has come."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.speed = SPEEDS[0]
        self.ended = False
        """The rest is wanted at once."""
        self._events = events
        self._due = _due(events)
        """Seconds of the replay, at single speed, by event."""
        self._at = 0
        self._from, self._since = 0.0, time.monotonic()
        """A moment of the replay, and when it was."""
        self._changed = asyncio.Event()

    def faster(self) -> None:
        """The next speed; after the last one the end."""
        self._from, self._since = self._moment(), time.monotonic()
        behind = SPEEDS[SPEEDS.index(self.speed) + 1 :]
        if behind:
            self.speed = behind[0]
        else:
            self.ended = True
        self._changed.set()

    def end(self) -> None:
        """Stop giving events; the rest is wanted at once."""
        self.ended = True
        self._changed.set()

    def now(self) -> float:
        """The recorded time that is shown, in seconds since the epoch."""
        if not self._events:
            return time.time()
        last = max(0, self._at - 1)
        return self._events[last].at + max(0.0, self._moment() - self._due[last])

    async def play(self) -> AsyncIterator[Sequence[Event]]:
        """What is due, again and again, up to the last event or until the end is wanted."""
        self._from, self._since = 0.0, time.monotonic()
        while self._at < len(self._events) and not self.ended:
            begin, moment = self._at, self._moment()
            while self._at < len(self._due) and self._due[self._at] <= moment:
                self._at += 1
            if self._at > begin:
                yield self._events[begin : self._at]
            elif not self.ended:
                await self._wait((self._due[self._at] - moment) / self.speed)

    async def _wait(self, seconds: float) -> None:
        self._changed.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), max(TICK, seconds))

    def _moment(self) -> float:
        return self._from + (time.monotonic() - self._since) * self.speed


def _due(events: Sequence[Event]) -> list[float]:
    """Seconds from the first event to each; a clock that was set back meanwhile stands still."""
    due, total, before = [], 0.0, None
    for event in events:
        if before is not None:
            gap = max(0.0, event.at - before.at)
            total += min(gap, PAUSE) if isinstance(before, RunEnded) else gap
        due.append(total)
        before = event
    return due
