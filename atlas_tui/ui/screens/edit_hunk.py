"""Edit the new lines of one hunk. What is typed stays in the dialog until it can be used or is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from atlas_tui.errors import InputError
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.widgets.editor import SafeTextArea

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlas_tui.workspace.hunks import Change


class EditHunk(ModalScreen["Change | None"]):
    """Gives the change with the edited hunk, or None."""

    CSS_PATH = "edit_hunk.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the editor, which takes Escape for a way out of itself.
        Binding("escape", "dismiss(None)", "Cancel", priority=True),
        Binding("ctrl+s", "keep", "Keep", priority=True),
    ]

    def __init__(self, change: Change, number: int) -> None:
        super().__init__()
        self._change, self._number = change, number

    def compose(self) -> ComposeResult:
        from atlas_tui.workspace.hunks import hunk_of

        hunk = hunk_of(self._change, self._number)
        first = f"line {hunk.new[0] + 1}"
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"edit hunk {self._number} of {len(self._change.hunks)}"
            dialog.border_subtitle = "^S keeps · Esc gives it up"
            yield Static(
                Content.assemble(label(self._change.path, "bold", 48), (f"  from {first}", "$muted")),
                markup=False,
            )
            yield SafeTextArea(
                _text(self._change, hunk.added),
                tab_behavior="indent",
                soft_wrap=False,
                show_line_numbers=True,
                compact=True,
                line_number_start=hunk.new[0] + 1,
            )
            yield Static(
                "These lines replace the new ones of the hunk; line ends stay those of the file.",
                classes="note",
                markup=False,
            )

    def on_mount(self) -> None:
        self.query_one(SafeTextArea).focus()

    def action_keep(self) -> None:
        """Use the text, or say why it cannot be used."""
        from atlas_tui.workspace.hunks import edit_hunk

        try:
            changed = edit_hunk(self._change, self._number, self.query_one(SafeTextArea).text)
        except InputError as error:
            self.query_one(".note", Static).update(Content.styled(one_line(error.one_line(), 200), "$fail"))
            return
        self.dismiss(changed)


def _text(change: Change, lines: Iterable[bytes]) -> str:
    """The lines with plain line ends: the editor shows one kind, and what is kept gets those of the file."""
    from atlas_tui.workspace import raw_lines

    texts = []
    for line in lines:
        end = raw_lines.end(line, change.style)
        text = raw_lines.text(line, change.style)
        texts.append(text.removesuffix(end) + "\n" if end else text)
    return "".join(texts)
