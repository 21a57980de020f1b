"""Choose an earlier text: what was not run, and the problems of earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from atlas_tui.ui import files
from atlas_tui.ui.recent import Earlier, ago
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.widgets.editor import PathInput
from atlas_tui.ui.words import count


class Recent(ModalScreen[Earlier | None]):
    """Gives the chosen text, or None."""

    CSS_PATH = "recent.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, earlier: Sequence[Earlier]) -> None:
        super().__init__()
        self._earlier = {f"{number} {each.title}": each for number, each in enumerate(earlier)}
        self._shown = list(self._earlier.values())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "recent problems"
            dialog.border_subtitle = "Enter brings it back · ↑↓ choose · Esc cancels"
            yield PathInput(placeholder="a few letters of its title", id="path", compact=True)
            yield Static(id="fault", markup=False)
            yield OptionList(id="files", compact=True, markup=False)

    def on_mount(self) -> None:
        self._list("")

    @on(Input.Changed)
    def _list_again(self, event: Input.Changed) -> None:
        self._list(event.value.strip())

    def _list(self, query: str) -> None:
        options = self.query_one(OptionList)
        if query:
            self._shown = [self._earlier[name] for name in files.matching(query, self._earlier)]
        else:
            self._shown = list(self._earlier.values())
        options.set_options(Option(_words(each)) for each in self._shown)
        if self._shown:
            options.highlighted = 0
        none = "there is no earlier problem yet" if not self._earlier else "no title matches"
        self.query_one("#fault", Static).update(Content.styled("" if self._shown else none, "$muted"))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            self.dismiss(self._shown[index])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index])

    def on_key(self, event: events.Key) -> None:
        """Arrows move through the list while the input keeps the focus."""
        if event.key in ("up", "down") and self.query_one(Input).has_focus:
            options = self.query_one(OptionList)
            (options.action_cursor_down if event.key == "down" else options.action_cursor_up)()
            event.stop()


def _words(each: Earlier) -> Content:
    draft = each.draft
    what = Content.styled(f"{each.what}  ", "$timeout" if draft.file else "$muted") if each.what else ""
    return Content.assemble(
        label(each.title, longest=60), "  ", what,
        (f"{ago(draft.at)}, {count(len(draft.text))} characters", "$muted"),
    )  # fmt: skip
