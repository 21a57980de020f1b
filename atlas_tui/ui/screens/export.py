"""Where a session is exported to, and as what."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from atlas_tui.ui.archive import FORMATS
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.widgets.editor import PathInput


class ExportTo(ModalScreen[Path | None]):
    """Gives the file to write, which does not exist yet, or None."""

    CSS_PATH = "export.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, folder: Path, session: str) -> None:
        super().__init__()
        self._folder, self._session = folder, session

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "export a session"
            dialog.border_subtitle = "Enter writes · Tab formats · Esc cancels"
            yield PathInput(f"atlas-{self._session}.md", placeholder="path", id="path", compact=True)
            yield Static(id="fault", markup=False)
            with Horizontal(classes="buttons"):
                for suffix, name in FORMATS.items():
                    yield Button(f"{name} {suffix}", id=f"as-{suffix[1:]}", compact=True)

    def on_mount(self) -> None:
        self.query_one("#path").focus()

    @on(Button.Pressed)
    def _formatted(self, event: Button.Pressed) -> None:
        path = self.query_one("#path", Input)
        suffix = "." + (event.button.id or "").removeprefix("as-")
        stem = path.value
        for known in FORMATS:
            stem = stem.removesuffix(known)
        path.value = stem + suffix
        path.focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#fault", Static).update("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        path = self._folder / Path(event.value.strip()).expanduser()
        if fault := _fault(path):
            self.query_one("#fault", Static).update(label(fault, "$fail"))
        else:
            self.dismiss(path)


def _fault(path: Path) -> str:
    """Why that file cannot be written, as far as a look tells; empty where it may be."""
    try:
        if path.suffix not in FORMATS:
            return f"the end of the name says the format: {', '.join(FORMATS)}"
        if not path.parent.is_dir():
            return "there is no such folder"
        return "a file of that name exists already: choose another one" if path.exists() else ""
    except OSError as error:
        return f"it cannot be looked at: {error.strerror or error}"
