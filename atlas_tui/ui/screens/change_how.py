"""How a change is judged and what it may touch: the test command, the files, whether tests may be changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from atlas_tui.errors import AtlasError
from atlas_tui.ui.repository import Asked, patterns
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.widgets.editor import PathInput

if TYPE_CHECKING:
    from atlas_tui.project.commands import Command

_TESTS = "the tests stay as they are", "the tests may be changed too"
_NOTE = "Patterns such as src/*.py; none: all files but the tests and what configures them."


class ChangeHow(ModalScreen[Asked | None]):
    """Gives what is wanted, or None where it was given up. What is typed stays until it can be used."""

    CSS_PATH = "change_how.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel"),
        Binding("ctrl+s", "keep", "Keep", priority=True),
    ]

    def __init__(self, asked: Asked, found: Sequence[Command], check: Callable[[str], object]) -> None:
        """``found`` are test commands to choose from; ``check`` raises AtlasError for one that cannot be."""
        super().__init__()
        self._asked, self._found, self._check = asked, tuple(found), check

    def compose(self) -> ComposeResult:
        command = self._asked.tests or (str(self._found[0]) if self._found else "")
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "how the change is judged"
            dialog.border_subtitle = "Enter takes it · Tab goes on · Esc cancels"
            if self._found:
                yield Static("found, best first", classes="name", markup=False)
                yield OptionList(*map(_option, self._found), id="found", compact=True, markup=False)
            with Horizontal(classes="field"):
                yield Static("test command", classes="name", markup=False)
                yield PathInput(command, placeholder="pytest -q", id="tests", compact=True)
            with Horizontal(classes="field"):
                yield Static("may change", classes="name", markup=False)
                yield PathInput(" ".join(self._asked.allowed), id="allowed", compact=True)
            choices = (_choice(number, int(self._asked.edit_tests)) for number in range(len(_TESTS)))
            yield OptionList(*choices, id="edit", compact=True, markup=False)
            yield Static(Content.styled(_NOTE, "$muted"), id="note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#edit", OptionList).highlighted = int(self._asked.edit_tests)
        self.query_one("#tests", Input).focus()

    @on(OptionList.OptionSelected, "#found")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """One of those that were found is put into the field, where it can be changed."""
        field = self.query_one("#tests", Input)
        field.value = str(self._found[event.option_index])
        field.focus()

    @on(OptionList.OptionHighlighted, "#edit")
    def _pointed(self, event: OptionList.OptionHighlighted) -> None:
        """What is taken has a sign of its own: a colour alone does not tell."""
        for number in range(len(_TESTS)):
            event.option_list.replace_option_prompt_at_index(number, _choice(number, event.option_index))

    @on(Input.Submitted)
    @on(OptionList.OptionSelected, "#edit")
    def action_keep(self) -> None:
        """Use it, or say why it cannot be used."""
        typed = self.query_one("#tests", Input).value.strip()
        try:
            if typed:
                self._check(typed)
        except AtlasError as error:
            self.query_one("#note", Static).update(Content.styled(one_line(error.one_line(), 300), "$fail"))
            return
        best = str(self._found[0]) if self._found else ""
        self.dismiss(
            replace(
                self._asked,
                # What is found anyway is looked for anew each time.
                tests="" if typed == best else typed,
                allowed=patterns(self.query_one("#allowed", Input).value),
                edit_tests=self.query_one("#edit", OptionList).highlighted == 1,
            )
        )


def _choice(number: int, taken: int) -> Content:
    return Content.assemble(("● ", "$primary") if number == taken else ("○ ", "$muted"), _TESTS[number])


def _option(command: Command) -> Option:
    words = Content.assemble(label(str(command), longest=60), "  ", label(command.why, "$muted", 80))
    return Option(words)
