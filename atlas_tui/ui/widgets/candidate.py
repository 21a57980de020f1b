"""One candidate as a card: its approach, its plan, its program as it is written, and the facts about it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from atlas_tui.ui import sanitise
from atlas_tui.ui.state import Attempt, Candidate, RunState
from atlas_tui.ui.widgets.candidate_words import facts, speed, status, tab, thinking
from atlas_tui.ui.widgets.code import diff_lines, python_lines
from atlas_tui.ui.widgets.hang import Row
from atlas_tui.ui.widgets.lines import LineView, Stream, Wrapped
from atlas_tui.ui.words import is_change

HIGH = 14
"""Rows of a card from which it has two for facts."""
CALM = 0.5
"""Seconds between two changes of numbers that change faster than they can be read."""


class CandidatePanel(Vertical):
    """Drawn from ``Candidate`` alone; ``show`` may be called at any rate."""

    DEFAULT_CSS = """
    CandidatePanel {
        border: round $line; padding: 0 1; background: $background;
        & .state, & .thinking, & .facts { height: 1; color: $muted; }
        & .thinking, & .facts { display: none; }
        & LineView { height: 1fr; background: $background; }
        &.-thinks .thinking { display: block; }
        &.-facts .facts { display: block; }
        &.-two-facts .facts { height: 2; }
        &.-a { border: round $cand-a 60%; border-title-color: $cand-a; }
        &.-b { border: round $cand-b 60%; border-title-color: $cand-b; }
        &.-c { border: round $cand-c 60%; border-title-color: $cand-c; }
        &.-a.-front { border: round $cand-a; }
        &.-b.-front { border: round $cand-b; }
        &.-c.-front { border: round $cand-c; }
        border-title-style: bold; border-subtitle-color: $muted;
    }
    """

    class Resized(Message):
        """The card has another size: what is wrapped to its width has to be drawn again."""

    def __init__(self, label: str) -> None:
        super().__init__(id=f"candidate-{label.lower()}", classes=f"-{label.lower()}")
        self.label = label
        self.plan_shown: bool | None = None
        """None shows the plan until there is a program."""
        self.thought_shown = False
        """What it thinks is shown in place of plan and program."""
        self._program: str | None = None
        self._stream, self._thought = Stream(), Wrapped()
        self._framed = 0.0
        self._frame: tuple[Content, Content] = (Content(""), Content(""))

    def assign(self, label: str) -> None:
        """Stand for another candidate from now on."""
        if label != self.label:
            self.label = label
            self._program, self._framed = None, 0.0
            self._stream, self._thought = Stream(), Wrapped()

    def compose(self) -> ComposeResult:
        yield Row(classes="state")
        yield LineView()
        yield Row(classes="thinking")
        yield Row(classes="facts")

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def show(self, candidate: Candidate, state: RunState, now: float, *, slim: bool = False) -> None:
        """Draw the candidate as it is at ``now``; ``slim`` where it has no room for a program."""
        # Numbers that change faster than they can be read only cost.
        # The time of a replay may lie before that of what was drawn last.
        if not state.running or abs(now - self._framed) > CALM:
            self._framed = now
            self._draw_frame(candidate, state, now)
        rows, room = list(self.query(Row)), self.query_one(LineView).size.width
        thought = thinking(candidate, self.thought_shown, slim=slim)
        told = facts(candidate, state, slim=slim, room=room, rows=2 if self.size.height >= HIGH else 1)
        for row, words in zip(rows, (status(candidate, state, slim=slim), thought, told), strict=True):
            row.put(words)
        self.set_class(bool(thought), "-thinks")
        self.set_class(bool(told), "-facts")
        self.set_class("\n" in told.plain, "-two-facts")
        self._draw_text(self.query_one(LineView), candidate, state, slim)

    def _draw_frame(self, candidate: Candidate, state: RunState, now: float) -> None:
        chosen = state.chosen is not None and state.chosen.candidate == candidate.label
        preferred = state.preferred is not None and state.preferred.candidate == candidate.label
        mark = (" ✓ chosen" if chosen else "") + (" ◆ preferred" if preferred else "")
        frame = self._title(candidate, mark), _foot(candidate, state, now)
        # Setting a title draws the whole card, also when it is the same.
        if not all(one.is_same(other) for one, other in zip(frame, self._frame, strict=True)):
            self._frame = frame
            self.border_title, self.border_subtitle = frame

    def _draw_text(self, view: LineView, candidate: Candidate, state: RunState, slim: bool) -> None:
        attempt = candidate.latest
        if attempt is not None and attempt.code is not None:
            # Back to what stands when a repair did not help.
            attempt = candidate.standing or attempt
        planning = attempt is None if self.plan_shown is None else self.plan_shown
        if self.thought_shown and candidate.thought:
            view.show(self._thought.lines(candidate.thought, view.size.width), follow=True)
            self._program = None
        elif slim or planning:
            view.show(self._plan(candidate, view.size.width, slim), follow=attempt is None and not slim)
            self._program = None
        elif attempt is None:
            view.show(())
        elif attempt.code is None:
            view.show(self._stream.lines(attempt.streamed), follow=True)
        else:
            self._show_program(view, attempt, is_change(state.problem))

    def _show_program(self, view: LineView, attempt: Attempt, change: bool) -> None:
        # What cannot be used is the reply as it came.
        differs = change and attempt.code and not attempt.error
        lines = diff_lines(attempt.code or "") if differs else python_lines(attempt.code or attempt.streamed)
        told = (f"! not chosen by itself: {flag}" for flag in attempt.flags)
        flags = [row for words in told for row in _wrapped(words, view.size.width, "$timeout")]
        lines = (*flags, *lines)
        if attempt.error:
            lines = (sanitise.label(attempt.error, "$fail"), Content(""), *lines)
        view.show(lines)
        if self._program != attempt.code:
            self._program = attempt.code
            view.scroll_home(animate=False, immediate=True)

    def _title(self, candidate: Candidate, mark: str) -> Content:
        approach = sanitise.one_line(candidate.approach, 120)
        return Content.assemble(candidate.label, mark, (f"  {approach}" if approach else "", "not bold"))

    def _plan(self, candidate: Candidate, width: int, slim: bool) -> list[Content]:
        lines = _wrapped(candidate.plan.strip("\n"), width)
        if slim and candidate.latest is not None:
            # The frame has room for its beginning only; the steps are for the card that is in front.
            lines = _wrapped(sanitise.one_line(candidate.approach), width)
            if (standing := candidate.standing) is not None and standing.error:
                lines = [*_wrapped(sanitise.one_line(standing.error), width, "$fail"), *lines]
        if not candidate.distinct:
            lines = [*_wrapped("≈ the same plan as another candidate's", width, "$timeout"), *lines]
        if candidate.perturbed is not None and not slim:
            text = f"{candidate.perturbed.name} ({candidate.perturbed.family}): {candidate.perturbed.text}"
            lines += [*([Content("")] if lines else []), Content.styled("varied by", "$heading")]
            lines += _wrapped(text, width)
        return lines


def _wrapped(text: str, width: int, style: str = "") -> list[Content]:
    if not text:
        return []
    lines = sanitise.content(text, style).split("\n", allow_blank=True)
    return [row for line in lines for row in line.wrap(max(8, width))]


def _foot(candidate: Candidate, state: RunState, now: float) -> Content:
    """Tokens and speed, then what the prompt was varied by."""
    parts = [speed(candidate, state, now)]
    if candidate.perturbed is not None:
        parts.append(f"varied: {sanitise.one_line(candidate.perturbed.name, 60)}")
    return Content(" · ".join(part for part in parts if part))


class CandidateTabs(Row):
    """A line that tells the candidates apart where only one has room."""

    DEFAULT_CSS = "CandidateTabs { height: 1; padding: 0 1; color: $muted; }"

    def show_tabs(self, state: RunState, front: str) -> None:
        """One tab for each candidate."""
        self.put(
            Content("  │  ").join([tab(entry, state, entry.label == front) for entry in state.candidates])
        )
