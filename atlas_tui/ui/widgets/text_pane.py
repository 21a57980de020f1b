"""A text of any length, wrapped to the width it gets: it is scrolled, searched, and marked with the mouse."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.ui.widgets.lines import LineView

NARROWEST = 8
"""Cells; below that nothing is wrapped any more."""


class TextPane(LineView):
    """What it shows is fixed; only its lines change with the width."""

    DEFAULT_CSS = "TextPane { height: auto; scrollbar-gutter: stable; }"

    def __init__(self, text: Content) -> None:
        super().__init__()
        self._text = text

    def on_mount(self) -> None:
        self._wrap()

    def on_resize(self) -> None:
        self._wrap()

    def _wrap(self) -> None:
        width = max(NARROWEST, self.scrollable_content_region.width)
        lines = self._text.split("\n", allow_blank=True)
        self.show([row.rstrip() for line in lines for row in (line.wrap(width) or [line])])
