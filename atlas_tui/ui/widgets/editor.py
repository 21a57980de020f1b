"""The problem's text. What is typed or pasted is kept as it is; what is drawn of it is made safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.color import Color
from textual.message import Message
from textual.widgets import Input, TextArea

from atlas_tui.ui import sanitise
from atlas_tui.ui.problem_colors import VARIABLES, paint

if TYPE_CHECKING:
    from atlas_tui.syntax.coloring import Stretch

WRAP_TEXT, WRAP_LINE = 100_000, 4_000
"""Most characters of a text, and of its longest line, that are wrapped to the width of the editor."""


DRAWN = 20_000
"""Most characters of a line that are drawn: each of a megabyte would be measured at every key."""
BLINKS = 16
"""Times the cursor comes or goes after the last key, twice a second."""


class SafeTextArea(TextArea):
    """Text that is kept as it is and drawn without what would reach the terminal as a command.

    Its cursor stops blinking, visible, when nothing was typed for a while: each blink draws a line.
    """

    _blinks = 0
    """Since the last key."""

    def _toggle_cursor_blink_visible(self) -> None:
        self._blinks += 1
        if self._blinks >= BLINKS:
            self._pause_blink()
        else:
            super()._toggle_cursor_blink_visible()

    def _restart_blink(self) -> None:
        self._blinks = 0
        super()._restart_blink()

    def get_line(self, line_index: int) -> Any:
        """The line as it is drawn, character for character where it was."""
        line = super().get_line(line_index)
        if len(line.plain) > DRAWN:
            line = line[:DRAWN]
        safe = sanitise.in_place(line.plain)
        if safe != line.plain:
            line.plain = safe
        return line


class PathInput(Input):
    """A path to type. Characters that cannot be seen become visible, in what is drawn and in what is used."""

    def validate_value(self, value: str) -> str:
        return sanitise.in_place(value)


class ProblemEditor(SafeTextArea):
    """An editor that refuses what would make the text too long, and loses nothing by it."""

    class TooLong(Message):
        """A paste was not taken."""

        def __init__(self, size: int) -> None:
            super().__init__()
            self.size = size

    def __init__(self, text: str, limit: int) -> None:
        """``limit`` is in bytes of UTF-8."""
        self._painted: list[tuple[Stretch, ...]] | None = None
        """The colours of all lines; None since the text was changed."""
        super().__init__(text, soft_wrap=True, show_line_numbers=False, tab_behavior="focus", id="editor")
        self._limit = limit

    def get_line(self, line_index: int) -> Any:
        line = super().get_line(line_index)
        if self._painted is None:
            self._painted = paint(self.document.lines)
        colors = self.app.theme_variables
        for start, end, kind in self._painted[line_index]:
            color = Color.parse(colors[VARIABLES[kind]]).hex6
            line.stylize(f"bold {color}" if kind == "heading" else color, start, end)
        return line

    def _build_highlight_map(self) -> None:
        # What Textual calls after every change of the text, undo and redo included.
        super()._build_highlight_map()
        self._painted = None

    def load_text(self, text: str) -> None:
        self._wrap_for(text)
        super().load_text(text)

    def replace_all(self, text: str) -> None:
        """Put another text in place of this one; undo (ctrl+z) brings back what was typed."""
        self._wrap_for(text)
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)
        self.move_cursor((0, 0))

    async def _on_paste(self, event: events.Paste) -> None:
        # TextArea's own handler runs after this one and takes the text, unless it is prevented.
        size = len(event.text.encode("utf-8", "replace"))
        if size > self._limit or size + len(self.text.encode("utf-8", "replace")) > self._limit:
            event.prevent_default()
            event.stop()
            self.post_message(self.TooLong(size))
        else:
            self._wrap_for(self.text + event.text)

    def _wrap_for(self, text: str) -> None:
        """Long texts are not wrapped: that takes seconds, and each further key as well."""
        self.soft_wrap = len(text) <= WRAP_TEXT and max(map(len, text.split("\n"))) <= WRAP_LINE
