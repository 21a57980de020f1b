"""What every screen with text offers: search in its panes, and keys to move in them."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.screen import Screen

from atlas_tui.ui.keys import VIM
from atlas_tui.ui.widgets.search import Searchable, SearchBar


class SearchingScreen(Screen[None]):
    """A screen with a search line. The pane with the focus is searched, else the first one that is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"app.press({other!r})", show=False) for key, other in VIM.items()
    ]
    _sought: Searchable | None = None

    def action_search(self) -> None:
        """Open the search line for the pane with the focus."""
        pane = self._pane()
        if pane is not None:
            self._sought = pane
            self.query_one(SearchBar).open()

    @on(SearchBar.Wanted)
    def _seek(self, event: SearchBar.Wanted) -> None:
        if self._sought is not None:
            self.query_one(SearchBar).tell(self._sought.seek(event.words, event.step))

    @on(SearchBar.Closed)
    def _end_search(self) -> None:
        if self._sought is not None:
            self._sought.seek("")
            self._sought.focus()
            self._sought = None

    def _pane(self) -> Searchable | None:
        if isinstance(self.focused, Searchable):
            return self.focused
        front = [*self.query(".-front Searchable"), *self.query("Searchable")]
        shown = (pane for pane in front if isinstance(pane, Searchable) and pane.region)
        return next(shown, None)
