"""The map of the lens's space, as large as the terminal lets it be."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets import lens_words
from atlas_tui.ui.widgets.lens_map import LensMap


class MapOfLens(ModalScreen[None]):
    """To look at; it decides nothing."""

    CSS_PATH = "lens_map.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,g", "dismiss(None)", "Close")]

    def __init__(self, run: RunState) -> None:
        super().__init__()
        self._run = run

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"map of the lens, {lens_words.state(self._run)}"
            dialog.border_subtitle = "near is alike in what tells right from wrong · Esc closes"
            yield LensMap(self._run)
