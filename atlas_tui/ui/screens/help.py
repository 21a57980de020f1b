"""All keys, from the action table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from atlas_tui.ui import actions
from atlas_tui.ui.actions import SCREEN_TITLES, Action
from atlas_tui.ui.keys import Keymap
from atlas_tui.ui.widgets.hang import Fitted, hang


class Help(ModalScreen[None]):
    """The action table in words; the screen it was called from comes first."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss(None)", "Close")]

    def __init__(self, screen: str, keys: Keymap | None = None) -> None:
        super().__init__()
        self._keys = keys or Keymap()
        self._from = screen

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog") as dialog:
            dialog.border_title = "keys"
            dialog.border_subtitle = "Esc closes"
            keys = Fitted()
            keys.fit(self._text)
            yield keys

    def _text(self, width: int) -> Content:
        order = sorted(SCREEN_TITLES, key=lambda name: name != self._from)
        blocks = [_block(SCREEN_TITLES[name], self._keys.rows(actions.own(name)), width) for name in order]
        everywhere = self._keys.rows(row for row in actions.ACTIONS if row.screens == actions.EVERYWHERE)
        return Content("\n\n").join([*blocks, _block("Everywhere", everywhere, width)])


def _block(title: str, rows: Iterable[Action], width: int) -> Content:
    lines = [Content.styled(title, "$heading bold")]
    for row in rows:
        key = Content.styled(f"  {row.shown_key:<7}", "$primary bold")
        lines.append(hang(key, Content(row.help), width))
    return Content("\n").join(lines)
