"""Commit the written file: what goes in, and the message."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from atlas_tui.ui.sanitise import label
from atlas_tui.ui.widgets.editor import SafeTextArea


class Commit(ModalScreen[str | None]):
    """Gives the message, or None."""

    CSS_PATH = "commit.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+s", "commit", "Commit"),
    ]

    def __init__(self, path: str, head: str, message: str) -> None:
        super().__init__()
        self._path, self._head, self._message = path, head, message

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "commit"
            dialog.border_subtitle = "^S commits · Esc cancels"
            yield Static(
                Content.assemble(
                    ("file   ", "$muted"), label(self._path), "\n", ("onto   ", "$muted"), label(self._head)
                ),
                markup=False,
            )
            yield SafeTextArea(self._message, tab_behavior="focus", soft_wrap=True, compact=True)
            yield Static(
                "Only this file is committed; what is staged stays as it is.", classes="note", markup=False
            )
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Commit", id="commit", compact=True, variant="primary")

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_commit(self) -> None:
        message = self.query_one(TextArea).text.strip()
        if message:
            self.dismiss(message)
        else:
            self.query_one(".note", Static).update(Content.styled("A commit needs a message.", "$fail"))

    @on(Button.Pressed, "#commit")
    def _commit(self) -> None:
        self.action_commit()

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)
