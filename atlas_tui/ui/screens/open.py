"""Choose a problem file: a path to type, and files under the folder that match it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker

from atlas_tui.errors import InputError
from atlas_tui.ui import files
from atlas_tui.ui.desk import TEXT_LIMIT
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.toast import tell_if_broken
from atlas_tui.ui.widgets.editor import PathInput


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was chosen."""

    name: str
    content: bytes


class OpenFile(ModalScreen[Opened | None]):
    """Gives the file, or None."""

    CSS_PATH = "open.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, folder: Path, title: str = "open a problem", limit: int = TEXT_LIMIT) -> None:
        """``limit`` is in bytes; a longer file is refused in the dialog."""
        super().__init__()
        self._folder, self._title, self._limit = folder, title, limit
        self._paths: list[str] = []
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "Enter takes it · ↑↓ choose · Esc cancels"
            yield PathInput(placeholder="path, or a few letters of it", id="path", compact=True)
            yield Static(id="fault", markup=False)
            yield OptionList(id="files", compact=True, markup=False)

    def on_mount(self) -> None:
        self._scan()

    @work(exclusive=True, group="scan", exit_on_error=False)
    async def _scan(self) -> None:
        self._paths = await asyncio.to_thread(files.under, self._folder)
        self._list(self.query_one("#path", Input).value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.query_one("#fault", Static).update("")
        self._list(event.value)

    def _list(self, query: str) -> None:
        options = self.query_one(OptionList)
        self._shown = files.matching(query.strip(), self._paths)
        options.set_options(Option(label(path)) for path in self._shown)
        if self._shown:
            options.highlighted = 0
        elif query.strip():
            self._say(Content.styled("no file under this folder matches; a full path works too", "$muted"))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        path = Path(typed).expanduser()
        if typed and (path.is_absolute() or (self._folder / path).exists()):
            self._open(self._folder / path, typed)
            return
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            self._open(self._folder / self._shown[index], self._shown[index])
        elif typed:
            self._open(self._folder / path, typed)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        path = self._shown[event.option_index]
        self._open(self._folder / path, path)

    @work(exclusive=True, group="open", exit_on_error=False)
    async def _open(self, path: Path, name: str) -> None:
        try:
            content = await asyncio.to_thread(files.read, path, self._limit)
        except InputError as error:
            self._say(label(error.one_line(), "$fail"))
            return
        self.dismiss(Opened(name, content))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        tell_if_broken(self.app, event)

    def on_key(self, event: events.Key) -> None:
        """Arrows move through the list while the input keeps the focus."""
        if event.key in ("up", "down") and self.query_one(Input).has_focus:
            options = self.query_one(OptionList)
            (options.action_cursor_down if event.key == "down" else options.action_cursor_up)()
            event.stop()

    def _say(self, text: Content) -> None:
        self.query_one("#fault", Static).update(text)
