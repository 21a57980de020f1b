"""Choose the target file from those that may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from atlas_tui.ui.sanitise import label

if TYPE_CHECKING:
    from atlas_tui.workspace import Proposal


class ChooseTarget(ModalScreen[str | None]):
    """Gives the path, or None."""

    CSS_PATH = "target.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, offers: Sequence[Proposal], current: str) -> None:
        super().__init__()
        self._offers, self._current = offers, current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "target file"
            dialog.border_subtitle = "Enter chooses · Esc cancels"
            yield OptionList(*(Option(_words(each)) for each in self._offers), id="targets", markup=False)

    def on_mount(self) -> None:
        paths = [each.path for each in self._offers]
        options = self.query_one(OptionList)
        options.highlighted = paths.index(self._current) if self._current in paths else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._offers[event.option_index].path)


def _words(proposal: Proposal) -> Content:
    """The path, what becomes of the file, and why."""
    return Content.assemble(
        label(proposal.path, "bold", 70), f"  {proposal.kind}\n  ", label(proposal.why, "$muted", 160)
    )
