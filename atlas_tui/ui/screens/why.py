"""Why one candidate won: the verdict, everything the candidates were run on, the learned score, repairs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from atlas_tui.events import Facts
from atlas_tui.ui import actions, between
from atlas_tui.ui.comparison import Kind, Row, comparison, program_of
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.proofs import Place
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.screens.base import Go
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.difference import Difference
from atlas_tui.ui.screens.lens_map import MapOfLens
from atlas_tui.ui.screens.recorded_words import sign
from atlas_tui.ui.screens.run_actions import RunActions
from atlas_tui.ui.state import Attempt, RunState
from atlas_tui.ui.toast import say
from atlas_tui.ui.widgets import lens_words, why_words
from atlas_tui.ui.widgets.evidence import proved
from atlas_tui.ui.widgets.hang import Fitted, Row as Line
from atlas_tui.ui.widgets.lens_map import drawn as map_drawn
from atlas_tui.ui.widgets.matrix import Matrix
from atlas_tui.ui.widgets.told import Told
from atlas_tui.ui.words import middle, milliseconds, program_word, size

MAP_FROM, MAP_ROWS = 40, 13
"""Rows of a terminal in which the map of the lens has room beside the table, and its own."""


class WhyScreen(RunActions):
    """Drawn from ``RunState`` alone."""

    NAME = actions.WHY
    CSS_PATH = "why.tcss"
    AUTO_FOCUS = "#matrix"
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.WHY))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._session = ""
        self._chosen = ""
        self._known: tuple[object, ...] = ()
        """What was last drawn."""
        self._sign = Content("")
        """That a recorded run is shown."""

    def body(self) -> Iterable[Widget]:
        yield Static(id="empty", markup=False)
        yield Told(id="verdict", classes="pane")
        yield Horizontal(
            Vertical(
                Matrix(),
                Line(id="alone"),
                VerticalScroll(Fitted(id="proof"), id="proof-box", classes="pane"),
                id="left",
            ),
            Vertical(
                VerticalScroll(Fitted(id="lens"), id="lens-box", classes="pane"),
                VerticalScroll(Fitted(id="repairs"), id="repairs-box", classes="pane"),
                id="right",
            ),
            id="below",
        )

    def on_mount(self) -> None:
        for name, title in (("verdict", "why"), ("matrix", "results")):
            self.query_one(f"#{name}").border_title = title

    @property
    def in_front(self) -> str:
        return self.query_one(Matrix).label

    def draw(self, now: float) -> None:
        mark = sign(self.desk)
        if mark != self._sign:
            self._sign = mark
            self.query_one("#verdict").border_title = Content.assemble("why", "  " if mark else "", mark)
        known = (*_shown(self.desk.run), self._high)
        if known != self._known:
            self._known = known
            self._draw_run(self.desk.run)
        if self.desk.pointed is not None:
            place, self.desk.pointed = self.desk.pointed, None
            # Before the table has its size it cannot be scrolled.
            self.call_after_refresh(self._point, place)

    def _draw_run(self, run: RunState) -> None:
        matrix = self.query_one(Matrix)
        table = comparison(run)
        self.set_class(not table.columns, "-empty")
        if table.columns and self.focused is None:
            # What is not displayed cannot be focused: the table has to be on the screen first.
            self.call_after_refresh(matrix.focus)
        self.query_one("#empty", Static).update(why_words.empty(run.running))
        if run.session != self._session:
            self._session, self._chosen, matrix.folded = run.session, "", True
        matrix.show_table(table, run.chosen.candidate if run.chosen else "")
        if run.chosen and run.chosen.candidate != self._chosen:
            self._chosen = run.chosen.candidate
            matrix.go_to(self._chosen)
        self.query_one("#verdict", Told).tell(lambda width: why_words.verdict(run, width))
        self.query_one("#lens-box").border_title = f"lens  {lens_words.state(run)}"
        self.query_one("#lens", Fitted).fit(lambda width: self._lens(run, width))
        self._draw_column()

    @property
    def _high(self) -> bool:
        return self.app.size.height >= MAP_FROM

    def _lens(self, run: RunState, width: int) -> Content:
        """The scores; where there is a map, it, or how to see it."""
        told = lens_words.panel(run, width)
        if run.lens_map is None:
            return told
        if not self._high:
            return Content.assemble(told, "\n", ("g shows the map", "$muted"))
        return Content.assemble(told, "\n\n", map_drawn(run, width, MAP_ROWS))

    def _draw_column(self) -> None:
        """What is about the selected candidate alone."""
        matrix, run = self.query_one(Matrix), self.desk.run
        name, row = matrix.label, matrix.row
        word = program_word(run.problem)
        self.query_one("#repairs-box").border_title = label(f"{word}s of {name}" if name else f"{word}s")
        self.query_one("#proof-box").border_title = label(middle(row.title, 60)) if row else "result"
        self.query_one("#alone", Line).put(label(why_words.alone(row) if row else "", "$heading"))
        self.query_one("#repairs", Fitted).fit(
            lambda width: why_words.repairs(run, run.candidate(name), width)
        )
        self.query_one("#proof", Fitted).fit(lambda width: self._proof(row, name, longest=400))

    @on(Matrix.Selected)
    def _selected(self) -> None:
        self._draw_column()

    def _proof(self, row: Row | None, name: str, longest: int) -> Content:
        if row is None:
            return Content("")
        cell = row.cells.get(name)
        if cell is None:
            return Content.styled(f"{name or 'nothing'} was not run on it", "$muted")
        judged = row.kind in (Kind.SAMPLE, Kind.TEST)
        problem = self.desk.run.problem
        shown = proved(cell.run, row.given, row.expected, longest=longest, judged=judged, problem=problem)
        return Content.assemble(shown, "\n", label(row.note, "$muted")) if row.note else shown

    def _point(self, place: Place) -> None:
        """Show that cell."""
        matrix = self.query_one(Matrix)
        if matrix.point(place.row, place.candidate):
            matrix.focus()
        else:
            say(self.app, f"{place.row} is not in the table any more", "warning")

    @on(Told.Opened)
    def _opened(self) -> None:
        self.action_open_cell()

    def action_open_cell(self) -> None:
        """Everything known about the selected cell; of a line of the verdict, the cell that shows it."""
        matrix, told = self.query_one(Matrix), self.query_one("#verdict", Told)
        if told.proof is not None:
            place = self.place_of(told.proof)
            if place is not None:
                self._point(place)
            return
        row, ran = matrix.row, matrix.run_there
        if row is None:
            return
        text = self._proof(row, matrix.label, longest=4_000)
        if ran is not None:
            text = Content("\n\n").join([text, Content.styled(_measured(ran.facts), "$muted")])
        if sentence := why_words.alone(row):
            text = Content("\n\n").join([label(sentence, "$heading"), text])
        self.app.push_screen(Details(one_line(f"{matrix.label}, {row.title}"), text))

    def action_fold_rows(self) -> None:
        """Show all rows, or only those that tell candidates apart."""
        matrix = self.query_one(Matrix)
        matrix.folded = not matrix.folded

    def action_show_difference(self) -> None:
        """From the chosen program to that of the selected column; of the chosen column, to the next one."""
        run, name = self.desk.run, self.query_one(Matrix).label
        usable = run.usable()
        first = run.chosen.candidate if run.chosen else next(iter(usable), "")
        second = name if name != first else next((each for each in usable if each != first), "")
        left, right = run.program_of(first), run.program_of(second)
        if left is None or right is None or not left.code or not right.code:
            kind = program_word(run.problem)
            say(self.app, f"{second or name} has no {kind} to compare with {first}", "warning")
            return
        self._compare(left, right, first, second)

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self, left: Attempt, right: Attempt, first: str, second: str) -> None:
        run = self.desk.run
        files = await asyncio.to_thread(between.attempts, run, left, right, second)
        if files:
            self.app.push_screen(Difference(files, first, second))
        else:
            say(self.app, f"{first} and {second} make the same {program_word(run.problem)}")

    def action_show_repair(self) -> None:
        """From the program before to the one the selected candidate stands for, or that was tried last."""
        name = self.query_one(Matrix).label
        entry = self.desk.run.candidate(name)
        made = program_of(entry) if entry else None
        if entry is not None and (made is None or not made.round):
            made = next((each for each in reversed(entry.attempts) if each.round and each.code), None)
        first = next((each for each in entry.attempts if each.code), None) if entry else None
        if made is None or first is None or not made.round:
            say(self.app, f"{name} was not repaired", "warning")
            return
        self._compare(first, made, _program(name, first), _program(name, made))

    def action_show_map(self) -> None:
        """Where the candidates lie in the lens's space."""
        self.app.push_screen(MapOfLens(self.desk.run))

    def action_review_column(self) -> None:
        """Look at that candidate as a change of the target file."""
        name = self.query_one(Matrix).label
        if not self.desk.run.code_of(name):
            say(self.app, f"{name} has no {program_word(self.desk.run.problem)} to review", "warning")
            return
        self.desk.label = name
        self.desk.changed()
        self.post_message(Go(actions.REVIEW))


def _shown(run: RunState) -> tuple[object, ...]:
    """What is drawn of a run; text that only streams changes nothing here."""
    programs = (
        (
            entry.label,
            entry.lens,
            entry.repairs,
            *((each.round, each.code, each.error, each.runs) for each in entry.attempts),
        )
        for entry in run.candidates
    )
    ending = (run.running, run.ended, run.cancelled, run.failures, run.budgets)
    return (run.session, run.problem, run.rungs, run.lens_map, run.chosen, run.preferred, ending, *programs)


def _program(name: str, attempt: Attempt) -> str:
    return f"{name} round {attempt.round}" if attempt.round else f"{name} first"


def _measured(facts: Facts) -> str:
    """What was measured, as far as it was."""
    parts = [
        f"CPU {milliseconds(facts.cpu_seconds)}" if facts.cpu_seconds else "",
        f"time {milliseconds(facts.wall_seconds)}" if facts.wall_seconds else "",
        f"memory {size(facts.peak_bytes)}" if facts.peak_bytes else "",
        f"exit code {facts.exit_code}" if facts.exit_code is not None else "",
        f"signal {facts.signal}" if facts.signal is not None else "",
        f"limit reached: {one_line(facts.limit)}" if facts.limit else "",
        "output was cut" if facts.cut else "",
        f"isolation {one_line(facts.tier)}" if facts.tier else "",
    ]
    return " · ".join(part for part in parts if part) or "nothing was measured"
