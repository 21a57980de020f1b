"""One line about a session, as a fold over its events."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atlas_tui.events import Chosen, Event, ProblemRead, RunEnded, RunStarted, Text, Usage

TITLE_LENGTH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """What a list of sessions shows. Empty text and None mean: not known (yet)."""

    id: str
    started: float
    """Seconds since the epoch."""
    title: str = ""
    """First non-empty line of the statement, shortened."""
    model: str = ""
    outcome: str = ""
    """A value of ``events.Outcome``; empty while the run goes on, or when the app was killed in it."""
    candidate: str = ""
    """Label of the chosen candidate."""
    grade: str = ""
    """A value of ``events.Grade``."""
    tokens: int = 0
    """Tokens the model wrote."""
    seconds: float = 0.0
    """How long the run took; up to the last event known when it did not end."""
    mode: str = ""
    """What was asked for: a value of ``problem.Mode``."""


def fold(summary: SessionSummary, event: Event) -> SessionSummary:
    """The summary after one more event. Streamed text leaves it as it is."""
    match event:
        case Text():
            return summary
        case RunStarted():
            return SessionSummary(
                id=summary.id, started=summary.started, title=summary.title, model=event.model
            )
        case ProblemRead():
            summary = replace(summary, title=title_of(event.problem.statement), mode=event.problem.mode.value)
        case Chosen():
            summary = replace(summary, candidate=event.candidate, grade=event.grade.value)
        case Usage():
            summary = replace(summary, tokens=summary.tokens + event.tokens_out)
        case RunEnded():
            return replace(summary, outcome=event.outcome.value, seconds=event.seconds)
        case _:
            pass
    if summary.outcome:
        # Applied, undone or committed later: the run itself took no longer for it.
        return summary
    return replace(summary, seconds=max(summary.seconds, event.at - summary.started))


def title_of(statement: str) -> str:
    """The first non-empty line of a statement without Markdown heading marks, at most 72 characters."""
    lines = (" ".join(line.lstrip("#").split()) for line in statement.splitlines())
    line = next((line for line in lines if line), "")
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
