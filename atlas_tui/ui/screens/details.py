"""One run of a program, in full."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from atlas_tui.ui.screens.searching import SearchingScreen
from atlas_tui.ui.widgets.search import SearchBar
from atlas_tui.ui.widgets.text_pane import TextPane


class Details(SearchingScreen, ModalScreen[None]):
    """Whatever text it is given, scrollable and searchable."""

    CSS_PATH = "details.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "Close"),
        Binding("slash", "search", "Search"),
    ]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = "/ searches · Esc closes"
            yield TextPane(self._text)
        yield SearchBar()
