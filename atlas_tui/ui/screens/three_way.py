"""A file that moved, three ways: as it was read, as it is now, and as the change would have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.widgets.lines import LineView
from atlas_tui.ui.words import many

if TYPE_CHECKING:
    from atlas_tui.workspace import Merge
    from atlas_tui.workspace.text import Style

READ, NOW = "read", "now"
KEPT = 3
"""Unchanged lines that stay in sight around what differs."""


class ThreeWay(ModalScreen[str]):
    """Gives ``merge``, ``again`` or nothing (an empty string)."""

    CSS_PATH = "three_way.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss('')", "Close"),
        Binding("r", "dismiss('again')", "Read again"),
        Binding("m", "dismiss('merge')", "Merge"),
    ]

    def __init__(self, path: str, why: str, candidate: str, merge: Merge, style: Style) -> None:
        super().__init__()
        self._path, self._why, self._candidate, self._merge, self._style = path, why, candidate, merge, style

    def compose(self) -> ComposeResult:
        conflicts = self._merge.conflicts
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "three ways"
            dialog.border_subtitle = "m merge · r read again · Esc closes"
            yield Static(
                Content.assemble(label(self._path, "bold", 48), "  ", label(self._why)), markup=False
            )
            yield LineView(id="parts")
            words = (
                f"{many(conflicts, 'conflict')}: the merge keeps your lines there, never the candidate's."
                if conflicts
                else "Nothing conflicts: the merge holds your edits and the change."
            )
            yield Static(f"{words} It is shown as hunks first and is untested.", classes="note", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Close", id="close", compact=True)
                yield Button("Read again", id="again", compact=True)
                yield Button("Merge", id="merge", compact=True, variant="primary")

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        view.show(three_way_lines(self._merge, self._style, self._candidate))
        view.focus()

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss("" if event.button.id == "close" else event.button.id or "")


def three_way_lines(merge: Merge, style: Style, candidate: str) -> list[Content]:
    """Every line with the word for the version it is from; unchanged ones are folded."""
    lines: list[Content] = []
    conflict, last = 0, len(merge.parts) - 1
    for number, part in enumerate(merge.parts):
        match part.kind.value:
            case "same":
                edges = (number > 0, number < last)
                lines += _same([_line("", " ", text, "$muted") for text in _texts(part.base, style)], edges)
            case "conflict":
                conflict += 1
                lines.append(Content.styled(f"── conflict {conflict} ──", "$timeout bold"))
                lines += _version(READ, "−", part.base, style, "$diff-del-text")
                lines += _version(NOW, "!", part.ours, style, "$timeout")
                lines += _version(candidate, "!", part.theirs, style, "$timeout")
                lines.append(Content.styled("──", "$timeout"))
            case kind:
                word = {"ours": NOW, "theirs": candidate}.get(kind, "both")
                new = part.theirs if kind == "theirs" else part.ours
                lines += _version(READ, "−", part.base, style, "$diff-del-text")
                lines += _version(word, "+", new, style, "$diff-add-text")
    return lines


def _version(word: str, sign: str, raw: Sequence[bytes], style: Style, color: str) -> Iterator[Content]:
    return (_line(word, sign, text, color) for text in _texts(raw, style))


def _texts(raw: Sequence[bytes], style: Style) -> Iterator[str]:
    from atlas_tui.workspace import raw_lines

    for line in raw:
        yield raw_lines.text(line, style).removesuffix(raw_lines.end(line, style))


def _line(word: str, sign: str, text: str, color: str) -> Content:
    shown = one_line(text.replace("\t", "    "), 1_000, strip=False)
    return Content.assemble((f"{word:<5}", "$muted"), (f"{sign} ", "bold"), (shown, color))


def _same(lines: list[Content], edges: tuple[bool, bool]) -> list[Content]:
    head, tail = (KEPT if edges[0] else 0), (KEPT if edges[1] else 0)
    hidden = len(lines) - head - tail
    if hidden < 2:
        return lines
    fold = Content.styled(f"── {many(hidden, 'unchanged line')} ──", "$muted")
    return [*lines[:head], fold, *lines[len(lines) - tail :]]
