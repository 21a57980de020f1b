"""An undo that was refused: the reverse patch, to copy or to save outside the repository."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import Worker

from atlas_tui.errors import InputError
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.editor import PathInput
from atlas_tui.ui.widgets.lines import LineView

_COLORS = {"+": "$diff-add-text", "-": "$diff-del-text", "@": "$heading"}


class ReversePatch(ModalScreen[str]):
    """Gives where it was saved, or an empty string."""

    CSS_PATH = "patch.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss('')", "Close"),
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+y", "copy", "Copy"),
    ]

    def __init__(self, why: str, patch: str, root: Path, name: str) -> None:
        """Nothing is saved below ``root``, the working tree; ``name`` is that of the file to save."""
        super().__init__()
        self._why, self._patch, self._root, self._file_name = why, patch, root, name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "reverse patch"
            dialog.border_subtitle = "^S saves · ^Y copies · Esc closes"
            yield Static(label(self._why, longest=400), markup=False)
            yield LineView(id="patch")
            yield PathInput(
                value=str(Path("~") / self._file_name),
                placeholder="a new file outside this folder",
                compact=True,
            )
            yield Static(
                "Nothing was changed. git apply takes this patch where it still fits.",
                classes="note",
                markup=False,
            )

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        lines = self._patch.splitlines()
        view.show(
            [
                Content.styled(
                    one_line(line.replace("\t", "    "), 1_000, strip=False), _COLORS.get(line[:1], "")
                )
                for line in lines
            ]
        )
        view.focus()

    def action_copy(self) -> None:
        """To the clipboard, by the terminal."""
        self.app.copy_to_clipboard(self._patch.encode("utf-8", "replace").decode())
        self._say(Content("Copied, where the terminal allows it."))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_save()

    @work(exclusive=True, group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """To a new file; one that is there is left alone."""
        try:
            saved = await asyncio.to_thread(save, self._patch, self.query_one(Input).value, self._root)
        except InputError as error:
            self._say(Content.styled(one_line(error.one_line(), 300), "$fail"))
            return
        self.dismiss(saved)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def _say(self, words: Content) -> None:
        self.query_one(".note", Static).update(words)


def save(patch: str, typed: str, root: Path) -> str:
    """Write the patch to a new file and give its path.

    Raises:
        InputError: it would lie below ``root``, is there already, or cannot be written.
    """
    what = "The patch is not saved"
    if not typed.strip():
        raise InputError(what, "no file is named", "type a path")
    try:
        path = Path(typed.strip()).expanduser()
        path = Path(os.path.realpath(path.parent)) / path.name
        if not path.is_absolute() or path.is_relative_to(os.path.realpath(root)):
            raise InputError(what, "that is inside the working tree", "choose a folder outside of it")
        with path.open("x", encoding="utf-8", errors="surrogateescape", newline="") as output:
            output.write(patch)
    except FileExistsError as error:
        raise InputError(what, f"{path} is there already", "choose another name") from error
    except (OSError, ValueError, RuntimeError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise InputError(what, why, "choose another path") from error
    return str(path)
