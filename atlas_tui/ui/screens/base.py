"""What the three screens have in common: bars, keys from the action table, drawing at a steady rate."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from atlas_tui.ui import actions
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.bars import KeyBar, TopBar, model_words

RATE = 10
"""Draws a second, at most."""


class StartRun(Message):
    """The problem on the desk is to be solved."""


@dataclass
class Go(Message):
    """Another screen is wanted."""

    screen: str


class AtlasScreen(Screen[None]):
    """A screen that shows the desk. It draws when the desk has changed, and never for each event."""

    NAME: ClassVar[str]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (72, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._drawn = -1
        self._shown_state = ""
        self._possible: actions.Now | None = None

    def compose(self) -> ComposeResult:
        yield TopBar(self.NAME)
        yield from self.body()
        yield KeyBar()

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets between the bars."""

    @abstractmethod
    def draw(self, now: float) -> None:
        """Bring the widgets up to date; ``now`` is the time in seconds since the epoch."""

    def on_mount(self) -> None:
        self.set_interval(1 / RATE, self._tick)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Draw now."""
        if not self.is_attached:
            return
        self._drawn = self.desk.version
        backend = self.desk.backend
        if backend is None:
            self.query_one(TopBar).show(Content("starting…"))
        else:
            device = backend.model.device if backend.model else "ready"
            self._shown_state = backend.model_state
            self.query_one(TopBar).show(model_words(backend.model_name, self._shown_state, device))
        self.draw(time.time())
        possible = self.desk.now(self.NAME)
        if possible != self._possible:
            self._possible = possible
            self.query_one(KeyBar).show(actions.possible(possible))
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        argument = str(parameters[0]) if parameters else ""
        return actions.allowed(action, argument, self.desk.now(self.NAME))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def _tick(self) -> None:
        stale = self._drawn != self.desk.version or self.desk.run.running or self._model_changed()
        if self.is_active and stale:
            self.redraw()

    def _model_changed(self) -> bool:
        """The model is loaded, unloaded or gone without a word from anyone."""
        backend = self.desk.backend
        return backend is not None and backend.model_state != self._shown_state
