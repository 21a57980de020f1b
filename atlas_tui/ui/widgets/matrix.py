"""The comparison of candidates: one row an input, one column a candidate, one result a cell."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from atlas_tui.events import RunFinished, Verdict
from atlas_tui.ui import sanitise
from atlas_tui.ui.comparison import Cell, Comparison, Kind, Row
from atlas_tui.ui.widgets.cells import CellView
from atlas_tui.ui.widgets.evidence import shown_by
from atlas_tui.ui.widgets.search import Found
from atlas_tui.ui.widgets.why_words import cell_words
from atlas_tui.ui.words import CHANGE_VERDICTS, VERDICTS, candidate_color, many, middle, milliseconds

HEAD, WIDEST_HEAD = 14, 60
"""Cells of the first column; at most where tests stand there by their names."""
NARROWEST, WIDEST = 12, 34
"""Cells of a candidate's column."""


class Matrix(CellView):
    """Arrow keys and clicks select a cell; ``Selected`` tells which."""

    folded: reactive[bool] = reactive(True)
    """Rows that do not tell candidates apart are left out, where others do."""

    @dataclass
    class Selected(Message):
        """Another cell was selected, or there is something else in it."""

        label: str
        row: Row | None

    def __init__(self) -> None:
        super().__init__(id="matrix", classes="pane")
        self._table = Comparison()
        self._shown: tuple[Row, ...] = ()
        self._chosen = ""
        self._brought: frozenset[str] = frozenset()
        """Names of folded rows that are shown as long as a search finds them."""

    def show_table(self, table: Comparison, chosen: str) -> None:
        """Draw that table; ``chosen`` is the label of the winner, if there is one."""
        if (table, chosen) != (self._table, self._chosen):
            self._table, self._chosen = table, chosen
            self._settle()

    def go_to(self, label: str) -> None:
        """Go to the column of that candidate."""
        if label in self._table.columns:
            self.select(self._table.columns.index(label), self.cursor[1])

    def point(self, row: str, label: str) -> bool:
        """Go to that cell, and show its row where it is folded; False where there is no such cell."""
        names = [each.name for each in self._table.rows]
        if row not in names or label not in self._table.columns:
            return False
        if row not in [each.name for each in self._shown]:
            self.folded = False
        self.select(self._table.columns.index(label), [each.name for each in self._shown].index(row))
        return True

    @property
    def label(self) -> str:
        """The candidate of the selected column; empty where there is none."""
        column = self.cursor[0]
        return self._table.columns[column] if column < len(self._table.columns) else ""

    @property
    def row(self) -> Row | None:
        """The row of the selected cell."""
        return self._shown[self.cursor[1]] if self.cursor[1] < len(self._shown) else None

    @property
    def run_there(self) -> RunFinished | None:
        """What the selected cell is about; None where that candidate was not run on that input."""
        cell = self.row.cells.get(self.label) if self.row else None
        return cell.run if cell else None

    def render_line(self, y: int) -> Strip:
        """The titles of the columns stay in the first line of the widget, however far it is scrolled."""
        if y:
            return super().render_line(y)
        (x, _), style = self.scroll_offset, self.base_style(0)
        return self._strip(0).crop_extend(x, x + self.size.width, style.rich_style)

    def on_resize(self) -> None:
        self.draw()

    def watch_cursor(self) -> None:
        column, row = self.cursor
        self.draw()
        left = self._head + column * self._width()
        where = Region(
            0 if not column else left, row + 1 if row else 0, self._width() + self._head * (not column), 1
        )
        self.scroll_to_region(where, animate=False)
        self.post_message(self.Selected(self.label, self.row))

    def watch_folded(self) -> None:
        self._settle()

    def on_click(self, event: events.Click) -> None:
        there = event.get_content_offset(self)
        if there is None or not there.y:
            return
        x, y = there + self.scroll_offset
        if x >= self._head and 1 <= y <= len(self._shown):
            self.select((x - self._head) // self._width(), y - 1)

    def cell_texts(self) -> list[tuple[str, list[str]]]:
        return [self._known(row) for row in self._shown]

    def _known(self, row: Row) -> tuple[str, list[str]]:
        """What a search looks into: of all of the row, and of each of its cells."""
        names = self._table.columns
        cells = [shown_by(row.cells[name].run) if name in row.cells else "" for name in names]
        return "\n".join((row.given, row.expected, row.note, row.test)), cells

    def seek(self, words: str, step: int = 0) -> Found:
        """Folded rows are searched too: those found are shown, and stay where the search ends on one."""
        before, self._brought = self._brought, self._folded_with(words.casefold())
        if not words and self.row is not None and self.row.name in before:
            self.folded = False
        elif self._brought != before:
            self._settle()
        return super().seek(words, step)

    def _folded_with(self, words: str) -> frozenset[str]:
        """Names of the rows that say that and are left out because they tell nothing."""
        if not words or not self.folded:
            return frozenset()
        width = self._width()
        found = set()
        for row in self._table.rows:
            about, cells = self._known(row)
            if not row.tells and words in "\n".join((self._line(row, width).plain, about, *cells)).casefold():
                found.add(row.name)
        return frozenset(found)

    def select(self, column: int, row: int) -> None:
        columns, rows = len(self._table.columns), len(self._shown)
        self.cursor = (min(max(column, 0), max(columns - 1, 0)), min(max(row, 0), max(rows - 1, 0)))

    def _settle(self) -> None:
        """Choose the rows anew; the selected one stays selected where it is still there."""
        before = self.row.name if self.row else ""
        rows = self._table.rows
        if self.folded and any(row.tells for row in rows):
            rows = tuple(row for row in rows if row.tells or row.name in self._brought)
        self._shown = rows
        names = [row.name for row in self._shown]
        self.select(self.cursor[0], names.index(before) if before in names else 0)
        self.draw()
        self.post_message(self.Selected(self.label, self.row))

    @property
    def _head(self) -> int:
        if not any(row.test for row in self._table.rows):
            return HEAD
        room = min(self.size.width // 2, self.size.width - NARROWEST * len(self._table.columns))
        return min(WIDEST_HEAD, max(HEAD, room))

    def _width(self) -> int:
        room = max(0, self.size.width - self._head) // max(1, len(self._table.columns))
        return min(WIDEST, max(NARROWEST, room))

    def draw(self) -> None:
        if not self._table.rows:
            self.show([Content.styled("nothing was run to compare them", "$muted")])
            return
        width = self._width()
        head = [_fit(self._title(name), width) for name in self._table.columns]
        lines = [Content("").join([Content(" " * self._head), *head])]
        lines += [self._line(row, width, number) for number, row in enumerate(self._shown)]
        self.show([*lines, Content.styled(self._rest(), "$muted italic")])

    def _line(self, row: Row, width: int, number: int = -1) -> Content:
        """``number`` is its place among the rows that are shown."""
        title = middle(sanitise.one_line(row.brief or row.title), self._head - 1)
        name = _fit(sanitise.label(title, "$foreground" if row.tells else "$muted"), self._head)
        cells = [self._cell(row, place, number, width) for place in range(len(self._table.columns))]
        return Content("").join([name, *cells])

    def _title(self, name: str) -> Content:
        number = self._table.rounds.get(name, 0)
        return Content.assemble(
            (f" {name}", f"{candidate_color(name)} bold"),
            (f" r{number}" if number else "", "$muted"),
            (" chosen" if name == self._chosen else "", "$heading"),
        )

    def _cell(self, row: Row, column: int, number: int, width: int) -> Content:
        cell = row.cells.get(self._table.columns[column])
        words = _words(row, cell, width) if cell else Content.styled(" ·", "$muted")
        shown = _fit(words, width)
        if (column, number) != self.cursor:
            return shown
        on = "$block-cursor-background" if self.has_focus else "$block-cursor-blurred-background"
        return shown.stylize_before(f"on {on}")

    def _rest(self) -> str:
        """What is not shown, or why everything is."""
        hidden = len(self._table.rows) - len(self._shown)
        if hidden:
            return (
                f"{many(hidden, 'row')} where all come to the same: n shows {'it' if hidden == 1 else 'them'}"
            )
        if len(self._table.columns) > 1 and not any(row.tells for row in self._table.rows):
            return "no row tells the candidates apart"
        return ""


def _words(row: Row, cell: Cell, width: int) -> Content:
    """What came out. Outputs that are the same have the same letter, where the answer is not known."""
    run = cell.run
    sign = VERDICTS[run.verdict]
    if row.of_change:
        word = CHANGE_VERDICTS[run.verdict].word
        fitting = word if len(word) + 3 <= width else str(run.verdict)
        return Content.assemble((f" {sign.glyph} ", sign.color), fitting)
    if row.kind in (Kind.SAMPLE, Kind.TEST) or run.verdict is not Verdict.OK:
        time = milliseconds(run.facts.wall_seconds) if run.facts.wall_seconds else ""
        words = cell_words(run.verdict, run.printed, row.expected, time)
        if len(words) + 3 > width and run.verdict is not Verdict.OK:
            words = str(run.verdict)
        return Content.assemble((f" {sign.glyph} ", sign.color), words)
    letter = chr(ord("a") + cell.group % 26) if cell.group >= 0 else "·"
    printed = sanitise.one_line(run.printed, WIDEST) or "nothing"
    return Content.assemble((f" {letter} ", "$heading" if cell.group <= 0 else "$timeout"), printed)


def _fit(cell: Content, width: int) -> Content:
    cut = cell.truncate(width - 1, ellipsis=True)
    return cut.pad_right(width - cut.cell_length)
