"""The words about recorded sessions: a line in the list, and what is told at a glance."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.content import Content

from atlas_tui.events import Grade, Outcome
from atlas_tui.problem import Mode
from atlas_tui.ui.archive import Kept, Row
from atlas_tui.ui.sanitise import content, label, one_line
from atlas_tui.ui.screens.filters import filter_line
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.summary import verdict
from atlas_tui.ui.widgets.told import joined
from atlas_tui.ui.words import OUTCOMES, Sign, candidate_color, count, grade_sign_of, many, seconds

if TYPE_CHECKING:
    from atlas_tui.store import SessionSummary

STATEMENT = 1_200
"""Most characters of a problem that are shown at a glance."""

_ENDED = {
    Outcome.VERIFIED: Sign("✓", OUTCOMES[Outcome.VERIFIED], "$pass"),
    Outcome.UNVERIFIED: Sign("✗", OUTCOMES[Outcome.UNVERIFIED], "$fail"),
    Outcome.NO_CANDIDATE: Sign("✗", OUTCOMES[Outcome.NO_CANDIDATE], "$fail"),
    Outcome.CANCELLED: Sign("–", OUTCOMES[Outcome.CANCELLED], "$muted"),
    Outcome.FAILED: Sign("✗", OUTCOMES[Outcome.FAILED], "$fail"),
}
_RUNNING = Sign("▸", "goes on", "$primary")
_CUT_OFF = Sign("◌", "cut off", "$timeout")


def state(row: Row) -> Sign:
    """How a session ended, or that it has not."""
    outcome = row.summary.outcome
    if outcome in set(Outcome):
        return _ENDED[Outcome(outcome)]
    return _RUNNING if row.running else _CUT_OFF


def when(started: float, now: float) -> str:
    """``14:02`` today, else with the day; twelve columns at most."""
    then, today = time.localtime(started), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    return time.strftime("%d %b %H:%M" if then[0] == today[0] else "%d %b %Y", then)


def line(row: Row, width: int, now: float) -> Content:
    """One session in ``width`` columns; what matters least goes first where room is short."""
    summary, sign = row.summary, state(row)
    parts = [
        (f"{sign.glyph} {sign.word:<18}", sign.color),
        (f"{one_line(summary.model, 18):<18}", "$muted"),
        (f"{count(summary.tokens):>7} tokens", "$muted"),
        (f"{seconds(summary.seconds):>10}", "$muted"),
    ]
    title = 20
    for least in ("model", "tokens", "seconds"):
        if 14 + title + sum(len(text) + 2 for text, _ in parts) > width:
            parts.pop({"model": 1, "tokens": -2, "seconds": -1}[least])
    room = max(8, width - 14 - sum(len(text) + 2 for text, _ in parts))
    name = label(summary.title or "no title", longest=400).truncate(room, ellipsis=True)
    gap = " " * (room - name.cell_length)
    told = [Content.assemble("  ", (text, color)) for text, color in parts]
    return Content.assemble((f"{when(summary.started, now):<12}", "$muted"), "  ", name, gap, *told)


def glance(row: Row, run: RunState, width: int) -> Content:
    """What a session was about and what came of it."""
    summary, sign = row.summary, state(row)
    facts: list[tuple[str, Content]] = [
        ("state", Content.styled(f"{sign.glyph} {sign.word}", sign.color)),
        ("choice", _choice(summary)),
        ("model", label(summary.model)),
        ("cost", Content(f"{count(summary.tokens)} tokens written, {seconds(summary.seconds)}")),
        _target(run),
        ("written", _written(run)),
        ("session", label(summary.id)),
    ]
    lines = [Content.assemble((f"{name:<9}", "$heading"), words) for name, words in facts]
    blocks = [Content("\n").join(lines)]
    if told := joined(verdict(run, width)):
        blocks.append(told)
    if run.problem is not None:
        blocks.append(_statement(run.problem.statement))
    return Content("\n\n").join(blocks)


def _target(run: RunState) -> tuple[str, Content]:
    """What was to be changed."""
    project = run.problem.project if run.problem is not None else None
    if project is not None:
        return "changes", label(project.root, longest=200)
    return "target", label(run.target or "none")


def _choice(summary: SessionSummary) -> Content:
    if not summary.candidate:
        return Content.styled("none", "$muted")
    known = summary.grade in set(Grade)
    change = summary.mode == Mode.CHANGE
    sign = (
        grade_sign_of(Grade(summary.grade), change)
        if known
        else Sign("", one_line(summary.grade, 20), "$muted")
    )
    name = (one_line(summary.candidate, 8), f"{candidate_color(summary.candidate)} bold")
    return Content.assemble(name, "  ", (f"{sign.glyph} {sign.word}".strip(), sign.color))


def _written(run: RunState) -> Content:
    paths = tuple(dict.fromkeys(write.path for write in run.writes))
    if not paths:
        return Content.styled("nothing", "$muted")
    commit = f", commit {run.committed.commit[:12]}" if run.committed else ""
    return label(", ".join(paths) + commit, longest=200)


def _statement(statement: str) -> Content:
    text = statement.strip()
    cut = Content.styled("\n…", "$muted") if len(text) > STATEMENT else Content("")
    return Content.assemble(content(text[:STATEMENT]), cut)


def filters(kept: Kept, shown: int) -> Content:
    """The line of filters."""
    return filter_line(kept, "keep", many(shown, "session"))
