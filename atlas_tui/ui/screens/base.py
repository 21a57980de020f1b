"""What all screens have in common: bars, keys from the action table, drawing at a steady rate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.worker import Worker

from atlas_tui.ui import actions, terminal
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.screens.searching import SearchingScreen
from atlas_tui.ui.state import RunState
from atlas_tui.ui.toast import say, tell_if_broken
from atlas_tui.ui.widgets.bars import KeyBar, TopBar, model_words
from atlas_tui.ui.widgets.candidate import CandidatePanel
from atlas_tui.ui.widgets.search import SearchBar
from atlas_tui.ui.words import many, program_word

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.settings import Settings

RATE = 10
"""Draws a second, at most."""
CALM = 5
"""How many times fewer they are where as little as possible is to move."""


@dataclass
class StartRun(Message):
    """The problem on the desk is to be solved."""

    opened: bool = False
    """Where it is a change: its repository was looked at just now."""


@dataclass
class GoOn(Message):
    """The run on the desk has ended and is to go on: with more candidates, or with the repair of one."""

    step: Literal["more", "repair"]
    candidate: str = ""


@dataclass
class Go(Message):
    """Another screen is wanted."""

    screen: str


@dataclass
class RunAgain(Message):
    """The problem of a session is to be solved once more, for that target where there is one."""

    problem: Problem
    target: str


@dataclass
class NewSettings(Message):
    """Other settings are in force."""

    settings: Settings


class AtlasScreen(SearchingScreen):
    """A screen that shows the desk. It draws when the desk has changed, and never for each event."""

    NAME: ClassVar[str]
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (72, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-high")]  # noqa: RUF012

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._drawn = -1
        self._shown_state = ""
        self._possible: tuple[object, ...] = ()
        self._ticks = 0

    def compose(self) -> ComposeResult:
        yield TopBar(self.NAME)
        yield from self.body()
        yield SearchBar()
        yield KeyBar()

    @abstractmethod
    def body(self) -> Iterable[Widget]:
        """The widgets between the bars."""

    @abstractmethod
    def draw(self, now: float) -> None:
        """Bring the widgets up to date; ``now`` is the time in seconds since the epoch."""

    def on_mount(self) -> None:
        if self.desk.calm:
            for area in self.query(TextArea):
                area.cursor_blink = False
            for field in self.query(Input):
                field.cursor_blink = False
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
        self.draw(self.desk.clock())
        now, keys = self.desk.now(self.NAME), self.desk.keys
        if (now, keys) != self._possible:
            self._possible = (now, keys)
            self.query_one(TopBar).use(keys)
            self.query_one(KeyBar).show(keys.rows(actions.possible(now)))
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        argument = str(parameters[0]) if parameters else ""
        return actions.allowed(action, argument, self.desk.now(self.NAME))

    def action_cancel(self) -> None:
        """Stop the run, or its replay."""
        if not self.desk.archive.stop() and self.desk.backend is not None:
            self.desk.backend.cancel()

    def action_show_why(self) -> None:
        """Go where it is told why a candidate won."""
        self.post_message(Go(actions.WHY))

    def action_copy_program(self) -> None:
        """Put what is selected with the mouse on the clipboard, or else the program in front."""
        if selected := self.get_selected_text():
            self.app.copy_to_clipboard(selected)
            words = many(len(selected), "character")
            say(self.app, f"Sent to the clipboard, where the terminal allows it: {words}")
            return
        fronts = [panel.label for panel in self.query(CandidatePanel) if panel.has_class("-front")]
        review = self.desk.review
        label = fronts[0] if fronts else review.label if review else self.desk.label
        code, kind = _program(self.desk.run, label), program_word(self.desk.run.problem)
        if code:
            self.app.copy_to_clipboard(code)
            say(self.app, f"The {kind} of {label} was sent to the clipboard, where the terminal allows it")
        else:
            say(self.app, f"{label or 'No candidate'} has no {kind} to copy yet", "warning")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def _tick(self) -> None:
        self._ticks += 1
        if self.desk.calm and self._ticks % CALM:
            return
        stale = self._drawn != self.desk.version or self.desk.run.running or self._model_changed()
        if self.is_active and stale and not terminal.behind(self.app):
            self.redraw()

    def _model_changed(self) -> bool:
        """The model is loaded, unloaded or gone without a word from anyone."""
        backend = self.desk.backend
        return backend is not None and backend.model_state != self._shown_state


def _program(run: RunState, label: str) -> str:
    """What a candidate stands for; empty where it has no program yet."""
    entry = run.candidate(label)
    attempt = entry.standing or entry.latest if entry is not None else None
    return (attempt.code or "") if attempt is not None else ""
