"""Questions before something that should not happen by accident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from atlas_tui.ui.sanitise import label

MOST_LINES = 200
"""Of what a question is about; more is cut with a word."""


class Ask(ModalScreen[bool]):
    """Gives True for yes. The cautious answer has the focus."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(False)", "No"),
        Binding("y", "dismiss(True)", "Yes"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, question: str, yes: str, no: str, about: Sequence[str] = ()) -> None:
        """``about`` are lines the question is about, shown below it."""
        super().__init__()
        self._title, self._question, self._yes, self._no, self._about = title, question, yes, no, about

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            yield Static(label(self._question, longest=600), markup=False)
            if self._about:
                with VerticalScroll(classes="about", can_focus=False):
                    yield Static(_lines(self._about), markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(self._yes, id="yes", compact=True, variant="warning")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class Choose(ModalScreen[str]):
    """One of several answers by its name; the first one is the cautious one and has the focus."""

    CSS_PATH = "ask.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cautious", "Cancel"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, question: str, answers: Sequence[tuple[str, str]]) -> None:
        """``answers`` are names and what stands on the buttons."""
        super().__init__()
        self._title, self._question, self._answers = title, question, answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "←→ choose · Enter does it · Esc leaves it"
            yield Static(label(self._question, longest=600), markup=False)
            with Horizontal(classes="buttons"):
                for name, words in self._answers:
                    yield Button(words, id=name, compact=True)

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    def action_cautious(self) -> None:
        """The first answer."""
        self.dismiss(self._answers[0][0])

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id or self._answers[0][0])


def _lines(about: Sequence[str]) -> Content:
    lines = [label(line, "$muted", 200) for line in about[:MOST_LINES]]
    if len(about) > MOST_LINES:
        lines.append(Content.styled(f"… and {len(about) - MOST_LINES} more", "$muted"))
    return Content("\n").join(lines)
