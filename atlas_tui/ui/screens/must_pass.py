"""Which of the failing tests a change has to make pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.words import count, middle

_FRAME = 10
"""Cells beside a name: frame, mark, scrollbar."""


class MustPass(ModalScreen[tuple[str, ...] | None]):
    """Gives the chosen tests, an empty tuple for all of them; None where it was given up."""

    CSS_PATH = "must_pass.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        # The list would take Enter for what Space is for.
        Binding("enter", "keep", "Take", priority=True),
        Binding("space", "mark", "Mark", priority=True),
        Binding("a", "all", "All"),
    ]

    def __init__(self, failing: Sequence[str], chosen: Sequence[str]) -> None:
        """``chosen`` are those of ``failing`` that have to pass; none means all."""
        super().__init__()
        self._failing = tuple(failing)
        self._marked = {number for number, name in enumerate(failing) if not chosen or name in chosen}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "which tests must pass"
            dialog.border_subtitle = "Space marks · a marks all · Enter takes it · Esc cancels"
            yield OptionList(*map(self._row, range(len(self._failing))), compact=True, markup=False)
            yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()
        self._count()

    def _row(self, number: int) -> Content:
        room = max(20, min(100, self.app.size.width * 9 // 10) - _FRAME)
        name = label(middle(one_line(self._failing[number], 1_000), room))
        sign = ("✓ ", "$pass") if number in self._marked else ("– ", "$muted")
        return Content.assemble(sign, name)

    def _count(self) -> None:
        words = f"{count(len(self._marked))} of {count(len(self._failing))} that fail now must pass"
        self.query_one("#note", Static).update(Content.styled(words, "$muted"))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._turn(event.option_index)

    def action_mark(self) -> None:
        """The one under the cursor has to pass, or not."""
        number = self.query_one(OptionList).highlighted
        if number is not None:
            self._turn(number)

    def _turn(self, *numbers: int) -> None:
        options = self.query_one(OptionList)
        for number in numbers:
            self._marked ^= {number}
            options.replace_option_prompt_at_index(number, self._row(number))
        self._count()

    def action_all(self) -> None:
        """All of them."""
        self._turn(*(number for number in range(len(self._failing)) if number not in self._marked))

    def action_keep(self) -> None:
        """Use what is marked."""
        if not self._marked:
            note = Content.styled("at least one has to pass: without one nothing decides", "$fail")
            self.query_one("#note", Static).update(note)
            return
        everything = len(self._marked) == len(self._failing)
        self.dismiss(() if everything else tuple(self._failing[number] for number in sorted(self._marked)))
