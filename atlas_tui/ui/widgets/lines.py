"""A scrolling view of ready-made lines, drawn one by one: its cost does not grow with their number.

Streams, programs and diffs are shown with it. (A widget for each line, or Textual's Markdown fed token by
token, is slower by one to two orders of magnitude: both lay out or parse everything anew.)
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from atlas_tui.ui import sanitise


class LineView(ScrollView, can_focus=True):
    """Lines of ``Content``, none of them wrapped; too long ones are scrolled sideways."""

    DEFAULT_CSS = """
    LineView { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Content] = ()
        self._strips: dict[int, Strip] = {}

    @property
    def lines(self) -> Sequence[Content]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Content], *, follow: bool = False) -> None:
        """Show other lines; ``follow`` keeps the last one in sight unless the person has scrolled away."""
        if lines == self._lines:
            return
        at_end = self.scroll_offset.y >= self.max_scroll_y
        same = _same(self._lines, lines)
        self._strips = {y: strip for y, strip in self._strips.items() if y < same}
        self._lines = lines
        width = max((line.cell_length for line in lines), default=0)
        self.virtual_size = Size(width, len(lines))
        if follow and at_end:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.refresh()

    def base_style(self, y: int) -> Style:
        """What line ``y`` is drawn on."""
        return self.visual_style

    def render_line(self, y: int) -> Strip:
        """One row of the widget, as Textual asks for it."""
        (x, top), width = self.scroll_offset, self.size.width
        strip, style = self._strip(top + y), self._row_style(top + y)
        shown = strip.crop_extend(x, x + width, style.rich_style)
        if strip.cell_length <= x + width or width < 2:
            return shown
        more = Content.styled("…", self._parse("$muted")).render_segments(style)
        return Strip([*shown.crop(0, width - 1), *more], width)

    def notify_style_update(self) -> None:
        """Colours were resolved with the old theme."""
        super().notify_style_update()
        self._strips = {}

    def _row_style(self, y: int) -> Style:
        return self.base_style(y) if y < len(self._lines) else self.visual_style

    def _strip(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip([])
        if y not in self._strips:
            style = self.base_style(y)
            rendered = self._lines[y].render(style, end="", parse_style=self._parse)
            # Spans carry no background of their own: it has to be laid under each.
            self._strips[y] = Strip(
                segment
                for text, span in rendered
                for segment in Content.styled(text, style + span).render_segments(style)
            )
        return self._strips[y]

    def _parse(self, style: str | Style) -> Style:
        return style if isinstance(style, Style) else self.app.stylesheet.parse_style(style)


def _same(old: Sequence[Content], new: Sequence[Content]) -> int:
    """How many lines at the beginning are the very same objects."""
    pairs = zip(old, new, strict=False)
    return next(
        (number for number, (one, other) in enumerate(pairs) if one is not other), min(len(old), len(new))
    )


class Stream:
    """The lines of a text that only grows: what was made into lines is not made again."""

    def __init__(self) -> None:
        self._text = ""
        self._lines: list[Content] = []

    def lines(self, text: str) -> list[Content]:
        """The lines of ``text``, safe to show."""
        if not self._lines or not text.startswith(self._text):
            self._lines, kept = [], 0
        else:
            # The last line may have grown; a mark over its end could change as well.
            kept = self._text.rfind("\n") + 1
            self._lines = self._lines[:-1]
        self._text = text
        fresh = sanitise.content(text[kept:]).split("\n", allow_blank=True)
        self._lines = [*self._lines, *fresh]
        return self._lines
