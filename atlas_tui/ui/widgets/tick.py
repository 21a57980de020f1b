"""A box to tick whose mark, not its colour alone, says whether it is."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """Off it is empty, on it holds a tick."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def __init__(self, label: Content, *, id: str) -> None:
        super().__init__(label, id=id, compact=True)

    def watch_value(self) -> None:
        self.BUTTON_INNER = "✓" if self.value else " "
        super().watch_value()
