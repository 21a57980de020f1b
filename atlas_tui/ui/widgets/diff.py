"""A change, line by line: numbers before and after, a sign, the text. Signs and colours say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style

from atlas_tui.ui.sanitise import one_line
from atlas_tui.ui.widgets.lines import LineView

if TYPE_CHECKING:
    from atlas_tui.workspace import Diff, DiffLine

LONGEST = 1_000


class DiffView(LineView):
    """Drawn through the line API: thousands of lines cost no more than a screenful."""

    def __init__(self) -> None:
        super().__init__(id="diff")
        self._kinds: Sequence[str] = ()

    def show_diff(self, diff: Diff | None) -> None:
        """Show another change, from its top."""
        rows = diff.lines if diff else ()
        if rows and rows[0].kind == "@":
            rows = rows[1:]
        self._kinds = [row.kind for row in rows]
        digits = len(
            str(max((number for row in rows for number in (row.old_no or 0, row.new_no or 0)), default=1))
        )
        self.show([_line(row, digits) for row in rows])
        self.scroll_home(animate=False, immediate=True)

    def base_style(self, y: int) -> Style:
        name = {"+": "$diff-add-text on $diff-add", "-": "$diff-del-text on $diff-del"}.get(self._kinds[y])
        plain = super().base_style(y)
        return plain + self.app.stylesheet.parse_style(name) if name else plain


def _line(row: DiffLine, digits: int) -> Content:
    if row.kind == "@":
        return Content.styled(f"{'⋯':>{digits}} {'⋯':>{digits}}", "$muted")
    old, new = (str(number) if number else "" for number in (row.old_no, row.new_no))
    sign = {"+": "+", "-": "−"}.get(row.kind, " ")
    style = "$muted" if row.kind == " " else ""
    text = one_line(row.text.replace("\t", "    "), LONGEST, strip=False)
    return Content.assemble((f"{old:>{digits}} {new:>{digits}} ", style), (f" {sign} ", "bold"), text)
