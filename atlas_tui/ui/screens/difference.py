"""How two programs differ, to look at."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from atlas_tui.errors import InputError
from atlas_tui.ui.sanitise import one_line
from atlas_tui.ui.toast import say_error
from atlas_tui.ui.widgets.diff import NARROWEST_BESIDE, DiffView


class Difference(ModalScreen[None]):
    """The first program at the left, the second at the right."""

    CSS_PATH = "difference.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "Close"),
        Binding("n,right_square_bracket", "go(1)", "Next"),
        Binding("p,left_square_bracket", "go(-1)", "Before"),
        Binding("v", "beside", "Beside"),
    ]

    def __init__(self, first: str, second: str, first_name: str, second_name: str) -> None:
        super().__init__()
        self._programs, self._names = (first, second), (first_name, second_name)
        self._beside: bool | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(" → ".join(map(one_line, self._names)))
            dialog.border_subtitle = "n p hunks · v side by side · Esc closes"
            yield DiffView(id="difference")

    def on_mount(self) -> None:
        self._show()
        self.query_one(DiffView).focus()

    def action_go(self, step: int) -> None:
        self.query_one(DiffView).go(step)

    def action_beside(self) -> None:
        self._beside = not self._wanted()
        self._show()

    def _wanted(self) -> bool:
        return self.app.size.width >= NARROWEST_BESIDE if self._beside is None else self._beside

    def _show(self) -> None:
        # Not at the top: the app is to be on the screen before the working tree's part is loaded.
        from atlas_tui.workspace.hunks import compare

        one, two = (text.encode("utf-8", "replace") for text in self._programs)
        left, right = self._names
        try:
            change = compare(one, two, f"{right}.py")
        except InputError as error:  # a model may write a NUL
            say_error(self.app, error)
            self.dismiss()
            return
        self.query_one(DiffView).show_change(
            change,
            side_by_side=self._wanted(),
            title="program",
            left=left,
            right=right,
        )
