"""How two programs, or two changes of files, differ, to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from atlas_tui.errors import InputError
from atlas_tui.ui.between import Sides
from atlas_tui.ui.sanitise import one_line
from atlas_tui.ui.toast import say_error
from atlas_tui.ui.widgets.diff import NARROWEST_BESIDE, DiffView


class Difference(ModalScreen[None]):
    """The first at the left, the second at the right, one file at a time."""

    CSS_PATH = "difference.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "Close"),
        Binding("n,right_square_bracket", "go(1)", "Next"),
        Binding("p,left_square_bracket", "go(-1)", "Before"),
        Binding("f,right_curly_bracket", "file(1)", "Next file"),
        Binding("b,left_curly_bracket", "file(-1)", "File before"),
        Binding("v", "beside", "Beside"),
    ]

    def __init__(self, files: Sequence[Sides], first_name: str, second_name: str) -> None:
        """``files``: at least one."""
        super().__init__()
        self._files, self._names = tuple(files), (first_name, second_name)
        self._at = self._hunks = 0
        self._beside: bool | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield DiffView(id="difference")

    def on_mount(self) -> None:
        self._show()
        self.query_one(DiffView).focus()

    def action_go(self, step: int) -> None:
        """To another hunk; behind the last one of a file comes the first of the next."""
        view = self.query_one(DiffView)
        if not view.go(step) and 0 <= self._at + step < len(self._files):
            self.action_file(step)
            if step < 0:
                view.go_to(self._hunks)

    def action_file(self, step: int) -> None:
        """To another file, round at the ends."""
        self._at = (self._at + step) % len(self._files)
        self._show()

    def action_beside(self) -> None:
        self._beside = not self._wanted()
        self._show()

    def _wanted(self) -> bool:
        return self.app.size.width >= NARROWEST_BESIDE if self._beside is None else self._beside

    def _show(self) -> None:
        # Not at the top: the app is to be on the screen before the working tree's part is loaded.
        from atlas_tui.workspace.hunks import compare

        file, number = self._files[self._at], len(self._files)
        left, right = self._names
        other = f"f next file ({self._at + 1}/{number}) · " if number > 1 else ""
        keys = f"n p hunks · {other}v side by side · Esc closes"
        dialog = self.query_one(".dialog")
        dialog.border_subtitle = keys
        # Two programs have no file of their own, only a name that tells the language.
        name = "" if file.path == f"{right}.py" else f"   {one_line(file.path)}"
        dialog.border_title = Content(" → ".join(map(one_line, self._names)) + name)
        try:
            change = compare(file.first, file.second, file.path)
        except InputError as error:  # a model may write a NUL
            say_error(self.app, error)
            self.dismiss()
            return
        self._hunks = len(change.hunks)
        self.query_one(DiffView).show_change(
            change, side_by_side=self._wanted(), title=file.path, left=left, right=right
        )
