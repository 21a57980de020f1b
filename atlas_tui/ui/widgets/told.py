"""Paragraphs about a run; one that something proves can be selected, and its proof opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message

from atlas_tui.ui.proofs import Proof, provable
from atlas_tui.ui.widgets.lines import CELL_KEYS, LineView

HINT = "Enter shows what proves it"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few words, laid out, and what they are about."""

    words: Content
    proof: Proof | None = None


def joined(paragraphs: Sequence[Paragraph]) -> Content:
    """One below the other."""
    return Content("\n").join(each.words for each in paragraphs)


class Told(LineView):
    """Arrow keys and clicks select a paragraph that has a proof; where none has, they scroll.

    A double click is ``Opened``; the key for it is the screen's.
    """

    DEFAULT_CSS = "Told { scrollbar-gutter: stable; }"
    BINDINGS: ClassVar[list[BindingType]] = [*CELL_KEYS]

    class Opened(Message):
        """The proof of the selected paragraph is wanted."""

    def __init__(self, *, id: str, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._make: Callable[[int], Sequence[Paragraph]] = lambda width: ()
        self._paragraphs: Sequence[Paragraph] = ()
        self._spans: list[tuple[int, int]] = []
        """First line of each paragraph, and the one behind its last."""
        self._at: Proof | None = None
        self._follow = False

    def tell(self, make: Callable[[int], Sequence[Paragraph]], *, follow: bool = False) -> None:
        """``make`` gives the paragraphs for a width in cells; ``follow`` keeps the last one in sight."""
        self._make, self._follow = make, follow
        self._lay_out()

    @property
    def proof(self) -> Proof | None:
        """What the selected paragraph is about; None where none is selected."""
        return self._at if self.has_focus else None

    def action_move(self, right: int, down: int) -> None:
        able = [number for number, each in enumerate(self._paragraphs) if provable(each.proof)]
        if not able or right:
            self.scroll_relative(x=right, y=down, animate=False)
            return
        here = self._number()
        at = able.index(here) + down if here in able else 0
        self._select(able[min(max(at, 0), len(able) - 1)])

    def on_resize(self) -> None:
        self._lay_out()

    def on_click(self, event: events.Click) -> None:
        there = event.get_content_offset(self)
        if there is None:
            return
        y = there.y + self.scroll_offset.y
        number = next((n for n, (first, end) in enumerate(self._spans) if first <= y < end), -1)
        if number >= 0 and provable(self._paragraphs[number].proof):
            self._select(number)
            if event.chain == 2:
                self.post_message(self.Opened())

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        able = [each.proof for each in self._paragraphs if provable(each.proof)]
        if value and self._at not in able:
            self._at = able[0] if able else None
        self.border_subtitle = HINT if value and able else ""
        self._draw()

    def _number(self) -> int:
        """Of the selected paragraph, -1 where there is none."""
        return next((n for n, each in enumerate(self._paragraphs) if each.proof is self._at), -1)

    def _select(self, number: int) -> None:
        self._at = self._paragraphs[number].proof
        self._draw()
        first, end = self._spans[number]
        self.scroll_to_region(Region(0, first, 1, end - first), animate=False)

    def _lay_out(self) -> None:
        self._paragraphs = self._make(self.scrollable_content_region.width)
        self._draw()

    def _draw(self) -> None:
        lines: list[Content] = []
        self._spans = []
        for each in self._paragraphs:
            rows = each.words.split("\n", allow_blank=True)
            if self.has_focus and each.proof is not None and each.proof is self._at:
                rows = [row.stylize_before("on $block-cursor-background") for row in rows]
            self._spans.append((len(lines), len(lines) + len(rows)))
            lines += rows
        self.show(lines, follow=self._follow)
