"""One value is typed, or chosen from a list; what cannot be is told before the dialog closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from atlas_tui.errors import AtlasError
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.widgets.editor import PathInput


class AskValue(ModalScreen[str | None]):
    """Gives the text, or None."""

    CSS_PATH = "ask_value.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(
        self,
        title: str,
        about: Sequence[str],
        value: str,
        check: Callable[[str], object],
        *,
        choices: Sequence[str] = (),
    ) -> None:
        """``about`` are lines on what is asked for. ``check`` raises AtlasError for a text that cannot be."""
        super().__init__()
        self._title, self._about, self._value = title, about, value
        self._check, self._choices = check, choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = label(self._title)
            dialog.border_subtitle = "Enter takes it · Esc cancels"
            for line in self._about:
                yield Static(label(line, "$muted", 600), markup=False, classes="about")
            if self._choices:
                yield OptionList(*(Option(label(each)) for each in self._choices), markup=False, compact=True)
            else:
                yield PathInput(self._value, id="value", compact=True)
            yield Static(id="fault", markup=False)

    def on_mount(self) -> None:
        if not self._choices:
            self.query_one(Input).focus()
            return
        options = self.query_one(OptionList)
        options.highlighted = self._choices.index(self._value) if self._value in self._choices else 0
        options.focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#fault", Static).update("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self._take(event.value)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._take(self._choices[event.option_index])

    def _take(self, text: str) -> None:
        try:
            self._check(text)
        except AtlasError as error:
            self.query_one("#fault", Static).update(label(error.one_line(), "$fail", 400))
        else:
            self.dismiss(text)
