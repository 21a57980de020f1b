"""The very first start: what this machine has, and which model to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button
from textual.worker import Worker

from atlas_tui.errors import AtlasError
from atlas_tui.ui.machine import Machine
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.screens.machine_words import size
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.hang import Fitted, hang

if TYPE_CHECKING:
    from atlas_tui.status import Check, Proposed

HELLO = (
    "Give it a problem; a model on this machine writes three solutions, each is run, and you see "
    "why one is chosen. Nothing is changed on disk until you accept it."
)
BUNDLED = "A very small model comes with the program. It shows how everything works, and solves little else."


class Welcome(ModalScreen[str]):
    """Gives the name of the model to fetch; empty to start with the bundled one."""

    CSS_PATH = "welcome.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Start"),
        Binding("p", "fetch", "Fetch"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine
        self._facts: list[Check] | None = None
        self._proposed: Proposed | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "welcome to Atlas TUI"
            dialog.border_subtitle = "Enter starts · F7 shows all of this again"
            yield Fitted(id="words")
            with Horizontal(classes="buttons"):
                yield Button("Fetch it  (p)", id="fetch", compact=True)
                yield Button("Start now", id="start", compact=True, variant="primary")

    def on_mount(self) -> None:
        self.query_one("#fetch").display = False
        self.query_one("#start").focus()
        self.query_one("#words", Fitted).fit(self._words)
        self._look()

    def action_fetch(self) -> None:
        """Fetch the proposed model, once there is one."""
        if self._proposed is not None:
            self.dismiss(self._proposed.name)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "fetch":
            self.action_fetch()
        else:
            self.dismiss("")

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        try:
            self._facts = await self._machine.facts()
            self._proposed = await self._machine.proposed()
        except AtlasError:
            # What is missing here the doctor tells, with what to do.
            self._facts = self._facts or []
        self.query_one("#fetch").display = self._proposed is not None
        self.query_one("#words", Fitted).fit(self._words)

    def _words(self, width: int) -> Content:
        blocks = [hang(Content(""), Content(HELLO), width), self._hardware(width)]
        blocks.append(hang(Content.styled("bundled      ", "$heading"), Content(BUNDLED), width))
        if self._proposed is not None:
            about = self._proposed.guess
            text = Content.assemble(
                label(self._proposed.title, "bold"),
                f", about {size(about.size)} to fetch, should run on {about.where} (a guess by its name). "
                "You can go on meanwhile.",
            )
            blocks.append(hang(Content.styled("suggested    ", "$heading"), text, width))
        return Content("\n\n").join(blocks)

    def _hardware(self, width: int) -> Content:
        if self._facts is None:
            return Content.styled("looking at this machine…", "$muted")
        rows = []
        for check in self._facts:
            sign = ("✓ ", "$pass") if check.good else ("! ", "$timeout bold")
            begin = Content.assemble(sign, (f"{check.name:<10} ", "$muted"))
            value = f"{check.value} — {check.fix}" if check.fix else check.value
            rows.append(hang(begin, label(value, longest=400), width))
        return Content("\n").join(rows)
