"""The run: three candidates side by side, the evidence about them, and the choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from atlas_tui.events import Chosen, RunFinished
from atlas_tui.ui import actions
from atlas_tui.ui.desk import Desk
from atlas_tui.ui.sanitise import content, one_line
from atlas_tui.ui.screens.base import Go, StartRun
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.recorded_words import sign
from atlas_tui.ui.screens.run_actions import RunActions
from atlas_tui.ui.screens.run_replay import ReplayKeys
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.candidate import CandidatePanel, CandidateTabs
from atlas_tui.ui.widgets.evidence import EvidenceGrid, proof
from atlas_tui.ui.widgets.hang import Row, hang
from atlas_tui.ui.widgets.ladder import ladder
from atlas_tui.ui.widgets.lines import LineView
from atlas_tui.ui.widgets.meters import WIDE, meter, stages
from atlas_tui.ui.widgets.summary import verdict
from atlas_tui.ui.widgets.told import Paragraph, Told, joined
from atlas_tui.ui.words import check_name, deciding

LABELS = ("A", "B", "C")
"""The places for candidates. Those drawn later take the places of the first; the same key goes back."""


class RunScreen(ReplayKeys, RunActions):
    """Drawn from ``RunState`` alone."""

    NAME = actions.RUN
    CSS_PATH = "run.tcss"
    # Three cards side by side, one with two rails beside it, one alone; the last without a frame.
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (72, "-narrow"), (100, "-rails"), (130, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = actions.bindings(actions.own(actions.RUN))

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._front = "A"
        self._zoomed = False
        self._session = ""
        self._told: Chosen | None = None
        """The choice that was brought to the front."""
        self._entries = 0
        """Candidates there were when the screen was last drawn."""
        self._following = False
        """The steps are kept scrolled to their end."""
        self._table_title = ""
        """Setting a title draws everything inside the border again: only where it is another one."""
        self._known: tuple[object, ...] = ()
        """What the words about the run were last made from."""

    def body(self) -> Iterable[Widget]:
        yield Row(id="stages")
        yield Static(self._empty(), id="empty", markup=False)
        yield CandidateTabs()
        yield Horizontal(*(CandidatePanel(label) for label in LABELS), id="panels")
        yield Horizontal(
            Vertical(
                EvidenceGrid(), VerticalScroll(Static(id="proof", markup=False), id="proof-box"), id="table"
            ),
            Told(id="why"),
            id="evidence",
        )
        yield Row(id="meter")

    @property
    def in_front(self) -> str:
        return self._front

    def draw(self, now: float) -> None:
        run = self.desk.run
        if run.session != self._session:
            self._session, self._front, self._zoomed, self._told = run.session, "A", False, None
            self._entries = 0
            self.query_one(EvidenceGrid).cursor = (0, 0)
        if run.chosen != self._told:
            self._told = run.chosen
            self._front = run.chosen.candidate if run.chosen else self._front
        self.set_class(not run.started, "-empty")
        self.set_class(self._zoomed, "-zoomed")
        self.query_one("#stages", Row).put(self._stages(run, now))
        model = self.desk.backend.model if self.desk.backend else None
        words = meter(run, now, self.size.width - 2, model.context if model else 0)
        self.query_one("#meter", Row).put(words)
        self._draw_panels(run, now)
        self._draw_evidence(run)

    def _stages(self, run: RunState, now: float) -> Content:
        """With a sign before them where the run was recorded."""
        width = self.size.width
        mark = sign(self.desk, short=width < WIDE)
        line = stages(run, now, width - mark.cell_length - 3 if mark else width)
        return Content.assemble(mark, "   ", line) if mark and run.started else line

    def _draw_panels(self, run: RunState, now: float) -> None:
        known = {entry.label: entry for entry in run.candidates}
        labels = list(known)
        if len(labels) > self._entries and not self._told:
            self._front = labels[(len(labels) - 1) // len(LABELS) * len(LABELS)]
        self._entries = len(labels)
        if self._front not in known and known:
            self._front = labels[0]
        self.query_one(CandidateTabs).show_tabs(run, self._front)
        begin = labels.index(self._front) // len(LABELS) * len(LABELS) if labels else 0
        beside = self.has_class("-rails") and not self._zoomed
        for place, panel in enumerate(self.query(CandidatePanel)):
            panel.assign(labels[begin + place] if begin + place < len(labels) else "")
            entry = known.get(panel.label)
            panel.set_class(entry is None, "-absent")
            panel.set_class(panel.label == self._front, "-front")
            if entry is not None and panel.display:
                panel.show(entry, run, now, slim=beside and panel.label != self._front)

    def _draw_evidence(self, run: RunState) -> None:
        self.query_one(EvidenceGrid).show_runs(run)
        if (title := f"{deciding(run.problem)}s") != self._table_title:
            self._table_title = self.query_one("#table").border_title = title
        self._draw_why(run)
        self.query_one("#table").display = bool(run.runs())

    def _draw_why(self, run: RunState) -> None:
        """What came out and the steps that led there; before the first step, the observations."""
        why = self.query_one("#why", Told)
        came_out = run.chosen, run.preferred, run.ended, run.cancelled
        known = (run.rungs, run.failures, run.budgets, *came_out)
        observing = not any(known)
        why.display = not observing or not run.runs()
        drawn = (run.session, observing and run.observations, *known)
        if drawn == self._known:
            return
        self._known = drawn
        following = bool(run.rungs) and not run.chosen and run.running
        if observing:
            why.border_title = "observations"
            why.tell(lambda width: [Paragraph(_bullets(run.observations, width))])
        else:
            why.border_title = "choice" if run.chosen else "steps" if run.rungs else ""
            why.tell(lambda width: _account(run, width), follow=following)
        if self._following and not following:
            why.scroll_home(animate=False)
        self._following = following

    def _empty(self) -> Content:
        return Content.assemble(
            ("No run yet.\n\n", "$heading bold"),
            "Put a problem in on the first screen (",
            ("F2", "$primary bold"),
            "), then press ",
            ("^R", "$primary bold"),
            ".",
        )

    @on(CandidatePanel.Resized)
    def _resized(self) -> None:
        self.redraw()

    @on(EvidenceGrid.Selected)
    def _selected(self, event: EvidenceGrid.Selected) -> None:
        proved = self._proof(event.run) if event.run else Content("")
        self.query_one("#proof", Static).update(proved)

    def _proof(self, run: RunFinished, longest: int = 400) -> Content:
        return proof(run, self.desk.run.problem, longest=longest)

    def action_solve(self) -> None:
        self.post_message(StartRun())

    def action_review_choice(self) -> None:
        self.post_message(Go(actions.REVIEW))

    def action_focus_candidate(self, label: str) -> None:
        """The candidate in that place; once more, the one drawn for it before or after."""
        labels, place = [entry.label for entry in self.desk.run.candidates], LABELS.index(label)
        sharing = labels[place :: len(LABELS)]
        panel = self.query_one(f"#candidate-{label.lower()}", CandidatePanel)
        if self._front in sharing:
            self._front = sharing[(sharing.index(self._front) + 1) % len(sharing)]
        elif panel.label in labels:
            self._front = panel.label
        elif sharing:
            self._front = sharing[-1]
        self.redraw()
        panel.query_one(LineView).focus()

    def action_zoom(self) -> None:
        self._zoomed = not self._zoomed
        self.redraw()
        self.call_after_refresh(self.redraw)

    def action_toggle_plan(self) -> None:
        panels = list(self.query(CandidatePanel))
        front = next(panel for panel in panels if panel.label == self._front)
        entry = self.desk.run.candidate(self._front)
        automatic = entry is None or entry.latest is None
        shown = automatic if front.plan_shown is None else front.plan_shown
        for panel in panels:
            panel.plan_shown = not shown
        self.redraw()

    def action_toggle_thinking(self) -> None:
        panels = list(self.query(CandidatePanel))
        shown = any(panel.thought_shown for panel in panels)
        for panel in panels:
            panel.thought_shown = not shown
        self.redraw()

    def action_details(self) -> None:
        """Of the selected run; of a line with the focus, the run or the row that proves it."""
        told, grid = self.query_one("#why", Told), self.query_one(EvidenceGrid)
        if told.proof is None:
            self._show_details(grid.selected)
        elif (place := self.place_of(told.proof)) is None:
            return
        elif grid.point(place.candidate, place.round, place.row):
            self._show_details(grid.selected)
        else:
            self.desk.pointed = place
            self.post_message(Go(actions.WHY))

    def _show_details(self, run: RunFinished | None) -> None:
        if run is not None:
            name = check_name(run.check, self.desk.run.problem)
            text = Content("\n\n").join([self._proof(run, 4_000), joined(_account(self.desk.run))])
            self.app.push_screen(Details(one_line(f"{run.candidate}, {name}"), text))

    @on(Told.Opened)
    def _opened(self) -> None:
        self.action_details()


def _account(run: RunState, width: int = 0) -> list[Paragraph]:
    came, steps = verdict(run, width), ladder(run, width)
    return [*came, *([Paragraph(Content(""))] if came and steps else ()), *steps]


def _bullets(observations: str, width: int) -> Content:
    lines = [line for line in content(observations.strip() or "…", "$muted").split("\n") if line]
    return Content("\n").join(hang(line[:2], line[2:], width) for line in lines)
