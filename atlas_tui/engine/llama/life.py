"""What an engine remembers over the lives of its processes: deaths, and how long nobody used it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from atlas_tui.engine.base import ModelDied

MOST_SKIPS = 8
"""Most steps down after deaths; a memory plan has fewer to give."""
PATIENT_DEATHS = 2
"""Deaths in a row, without a call that ran to its end, after which the person is told to change something."""


class Deaths:
    """Counts how often the process died by itself, and how far the next plan steps down for it."""

    def __init__(self) -> None:
        self.skip = 0
        """Plans to leave out on the next load: those on which a process died on the GPU."""
        self._in_a_row = 0

    def note(self, died: ModelDied, *, on_gpu: bool, completed: int) -> ModelDied:
        """Take a death into account; gives the error for whoever waited. ``completed`` calls ran to their
        end before it."""
        self._in_a_row = 1 if completed else self._in_a_row + 1
        if self.step_down(on_gpu=on_gpu):
            told = ModelDied(died.why, died.log)
            told.todo = "run again; it is restarted with less on the GPU"
            return told
        if self._in_a_row < PATIENT_DEATHS:
            return died
        told = ModelDied(f"{died.why}; {self._in_a_row} times in a row without finishing a call", died.log)
        told.todo = "see the log; set a smaller model.context, model.gpu_layers = 0, or another model"
        return told

    def step_down(self, *, on_gpu: bool) -> bool:
        """Leave out one more plan, where there is a GPU to put less on; whether it was done."""
        if not on_gpu or self.skip >= MOST_SKIPS:
            return False
        self.skip += 1
        return True


class IdleTimer:
    """Calls ``expired`` when nothing has been held for ``seconds``; 0 means never."""

    def __init__(self, seconds: float, expired: Callable[[], None]) -> None:
        self._seconds, self._expired = seconds, expired
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """While this is open the time does not run; afterwards it starts anew."""
        self._held += 1
        self.stop()
        try:
            yield
        finally:
            self._held -= 1
            if not self._held and self._seconds:
                self._timer = asyncio.get_running_loop().call_later(self._seconds, self._expired)

    def stop(self) -> None:
        """Forget the time that has run."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
