"""One candidate: its approach, its plan, then its program as it is written."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from atlas_tui.events import Verdict
from atlas_tui.ui import sanitise
from atlas_tui.ui.state import Attempt, Candidate, Phase, RunState
from atlas_tui.ui.widgets.code import python_lines
from atlas_tui.ui.widgets.hang import Row
from atlas_tui.ui.widgets.lines import LineView, Stream
from atlas_tui.ui.words import VERDICTS, candidate_color, count, many


class CandidatePanel(Vertical):
    """Drawn from ``Candidate`` alone; ``show`` may be called at any rate."""

    DEFAULT_CSS = """
    CandidatePanel {
        border: round $line; padding: 0 1; background: $background;
        & .state { height: 1; color: $muted; }
        & LineView { height: 1fr; background: $background; }
        &.-a { border: round $cand-a 60%; border-title-color: $cand-a; }
        &.-b { border: round $cand-b 60%; border-title-color: $cand-b; }
        &.-c { border: round $cand-c 60%; border-title-color: $cand-c; }
        &.-a.-front { border: round $cand-a; }
        &.-b.-front { border: round $cand-b; }
        &.-c.-front { border: round $cand-c; }
        border-title-style: bold; border-subtitle-color: $muted;
    }
    """

    def __init__(self, label: str) -> None:
        super().__init__(id=f"candidate-{label.lower()}", classes=f"-{label.lower()}")
        self.label = label
        self.plan_shown: bool | None = None
        """None shows the plan until there is a program."""
        self._program: str | None = None
        self._stream = Stream()
        self._framed = 0.0

    def assign(self, label: str) -> None:
        """Stand for another candidate from now on."""
        if label != self.label:
            self.label = label
            self._program, self._stream, self._framed = None, Stream(), 0.0

    def compose(self) -> ComposeResult:
        yield Row(classes="state")
        yield LineView()

    def show(self, candidate: Candidate, state: RunState, now: float) -> None:
        """Draw the candidate as it is at ``now``."""
        chosen = state.chosen is not None and state.chosen.candidate == candidate.label
        # Numbers that change faster than they can be read only cost: twice a second is enough.
        if not state.running or now - self._framed > 0.5:
            self._framed = now
            self.border_title = self._title(candidate, chosen)
            self.border_subtitle = _foot(candidate, state, now)
        self.query_one(Row).put(status(candidate, state))
        view = self.query_one(LineView)
        attempt = candidate.latest
        if attempt is not None and attempt.code is not None:
            # Back to what stands when a repair did not help.
            attempt = candidate.standing or attempt
        planning = attempt is None if self.plan_shown is None else self.plan_shown
        if planning:
            view.show(self._plan(candidate, view.size.width), follow=attempt is None)
            self._program = None
        elif attempt is None:
            view.show(())
        elif attempt.code is None:
            view.show(self._stream.lines(attempt.streamed), follow=True)
        else:
            self._show_program(view, attempt)

    def _show_program(self, view: LineView, attempt: Attempt) -> None:
        lines = python_lines(attempt.code or attempt.streamed)
        if attempt.error:
            lines = (sanitise.label(attempt.error, "$fail"), Content(""), *lines)
        view.show(lines)
        if self._program != attempt.code:
            self._program = attempt.code
            view.scroll_home(animate=False, immediate=True)

    def _title(self, candidate: Candidate, chosen: bool) -> Content:
        approach = sanitise.one_line(candidate.approach, 120)
        mark = " ✓ chosen" if chosen else ""
        return Content.assemble(candidate.label, mark, (f"  {approach}" if approach else "", "not bold"))

    def _plan(self, candidate: Candidate, width: int) -> list[Content]:
        lines = _wrapped(candidate.plan.strip("\n"), width)
        if not candidate.distinct:
            lines = [Content.styled("≈ the same plan as another candidate's", "$timeout"), *lines]
        if candidate.perturbed is not None:
            text = f"{candidate.perturbed.name} ({candidate.perturbed.family}): {candidate.perturbed.text}"
            lines += [*([Content("")] if lines else []), Content.styled("varied by", "$heading")]
            lines += _wrapped(text, width)
        return lines


def _wrapped(text: str, width: int) -> list[Content]:
    if not text:
        return []
    lines = sanitise.content(text).split("\n", allow_blank=True)
    return [row for line in lines for row in line.wrap(max(8, width))]


def _foot(candidate: Candidate, state: RunState, now: float) -> Content:
    """Tokens and speed, then what the prompt was varied by."""
    parts = [speed(candidate, state, now)]
    if candidate.perturbed is not None:
        parts.append(f"varied: {sanitise.one_line(candidate.perturbed.name, 60)}")
    return Content(" · ".join(part for part in parts if part))


def status(candidate: Candidate, state: RunState) -> Content:
    """Where the candidate stands, in one line: a sign and words."""
    attempt = candidate.latest
    if candidate.phase is Phase.REPAIRING:
        return Content.styled("repairing…", "$timeout")
    if candidate.phase in (Phase.WRITTEN, Phase.FAILED) and attempt is not None:
        return _evidence(candidate, state)
    if candidate.thinking and attempt is None and candidate.phase is Phase.WRITING:
        return Content(f"thinking… {many(candidate.thinking, 'token')}")
    return {
        Phase.PLANNING: Content("planning…"),
        Phase.PLANNED: Content.styled("plan ready", "$muted"),
        Phase.WRITING: Content("writing…"),
    }.get(candidate.phase) or Content.styled("waiting" if state.running else "–", "$muted")


def _evidence(candidate: Candidate, state: RunState) -> Content:
    standing = candidate.standing
    if standing is None or (standing.error and not standing.runs):
        return Content.styled("✗ no usable program", "$fail")
    tail = _repair_words(candidate)
    total = len(state.problem.samples) if state.problem else len(standing.runs)
    if not standing.runs:
        words = "written, no samples to run" if not total else "written"
        return Content.assemble(words, tail)
    bad = next((run.verdict for run in standing.runs if run.verdict is not Verdict.OK), None)
    words = f" {standing.passed}/{total} " + (VERDICTS[bad].word if bad else "passed")
    return Content.assemble(dots(standing, total), words, tail)


def _repair_words(candidate: Candidate) -> str:
    if not candidate.repairs:
        return ""
    return ", repaired" if candidate.repairs[-1].kept else ", repair did not help"


def dots(attempt: Attempt, total: int) -> Content:
    """A sign for each sample: ● passed, ✗ failed, ◷ too slow, · not run yet."""
    signs = [(VERDICTS[run.verdict].glyph, VERDICTS[run.verdict].color) for run in attempt.runs]
    rest = "·" * max(0, total - len(signs))
    return Content.assemble(*signs, (rest, "$muted"))


def speed(candidate: Candidate, state: RunState, now: float) -> str:
    """Tokens so far, thinking apart, and the speed while it writes."""
    pace = candidate.pace
    if not pace.tokens:
        return ""
    parts = [many(pace.tokens, "token")]
    if candidate.thinking:
        parts.append(f"{count(candidate.thinking)} thinking")
    rate = pace.rate(now) if state.running else 0.0
    if rate:
        parts.append(f"{rate:.0f}/s")
    return " · ".join(parts)


class CandidateTabs(Row):
    """A line that tells the candidates apart where only one has room."""

    DEFAULT_CSS = "CandidateTabs { height: 1; padding: 0 1; color: $muted; }"

    def show_tabs(self, state: RunState, front: str) -> None:
        """Each candidate's letter, samples and what it is doing; the one in front is marked."""
        tabs = [_tab(entry, state, entry.label == front) for entry in state.candidates]
        self.put(Content("  │  ").join(tabs))


def _tab(entry: Candidate, state: RunState, front: bool) -> Content:
    standing = entry.standing
    if standing is not None and standing.runs:
        total = len(state.problem.samples) if state.problem else len(standing.runs)
        words = Content.assemble(dots(standing, total), f" {standing.passed}/{total}")
    else:
        words = Content(str(entry.phase))
    mark = "▸" if front else " "
    tab = Content.assemble((f"{mark}{entry.label} ", f"{candidate_color(entry.label)} bold"), words)
    return tab
