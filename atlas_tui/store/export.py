"""A session as a file for others: every event as JSON lines, or what a person wants to read as Markdown."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from atlas_tui import events
from atlas_tui.events import Event, to_json
from atlas_tui.problem import Problem

_ENDED = {
    events.Outcome.VERIFIED: "done",
    events.Outcome.UNVERIFIED: "done, not verified",
    events.Outcome.NO_CANDIDATE: "no usable solution",
    events.Outcome.CANCELLED: "cancelled",
    events.Outcome.FAILED: "failed",
}


def json_lines(session: Sequence[Event]) -> str:
    """One event a line, exactly as it is stored; empty for a session without events."""
    return "".join(to_json(event) + "\n" for event in session)


def markdown(session: Sequence[Event]) -> str:
    """The problem, the choice and why, every program with its runs, and what was written."""
    blocks = [
        block
        for part in (_head, _problem, _choice, _candidates, _written)
        for block in part(session)
        if block
    ]
    return "\n\n".join(blocks) + "\n"


def _head(session: Sequence[Event]) -> Iterator[str]:
    started = next((event for event in session if isinstance(event, events.RunStarted)), None)
    if started is None:
        yield "# Session"
        return
    yield f"# Session {started.session}"
    ended = next((event for event in session if isinstance(event, events.RunEnded)), None)
    written = sum(event.tokens_out for event in session if isinstance(event, events.Usage))
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(started.at))
    end = f"{_ENDED[ended.outcome]} after {ended.seconds:.1f} s" if ended else "it was cut off"
    rows = {
        "Started": when,
        "Model": started.model,
        "Seed": str(started.seed),
        "Isolation": started.isolation,
        "Target": started.target or "none",
        "End": end,
        "Tokens written": str(written),
    }
    yield "\n".join(f"- {name}: {_line(value)}" for name, value in rows.items())


def _problem(session: Sequence[Event]) -> Iterator[str]:
    read = next((event.problem for event in session if isinstance(event, events.ProblemRead)), None)
    if read is not None:
        yield "## Problem"
        # Fenced: its own headings are not those of this report.
        yield _fenced(read.statement.rstrip("\n"), "text")
        yield from _repository(read)


def _repository(read: Problem) -> Iterator[str]:
    """What a change is about and what decides on it; nothing of a program."""
    project = read.project
    if project is None:
        return
    rows = {"Repository": project.root, "At": project.head, "Tests": project.command_line}
    yield "\n".join(f"- {name}: {_line(value)}" for name, value in rows.items() if value)
    yield "\n".join(f"{number}. {_line(check.given)}" for number, check in enumerate(read.samples, 1))


def _kind(session: Sequence[Event]) -> tuple[str, str]:
    """What candidates are run on, and what they are written in."""
    read = next((event.problem for event in session if isinstance(event, events.ProblemRead)), None)
    return ("check", "diff") if read is not None and read.project is not None else ("sample", "python")


def _choice(session: Sequence[Event]) -> Iterator[str]:
    chosen = next((event for event in reversed(session) if isinstance(event, events.Chosen)), None)
    if chosen is None:
        return
    yield f"## Choice: {chosen.candidate}"
    noun = _kind(session)[0]
    yield f"{_grade(chosen, noun)}, {chosen.passed} of {chosen.samples} {noun}s passed"
    yield "\n".join(
        f"- {_line(reason.rule)}: {_line(reason.text)}{' (this decided)' if reason.decided else ''}"
        for reason in chosen.reasons
    )
    yield _fenced(chosen.code.rstrip("\n"), _kind(session)[1])


def _names(session: Sequence[Event]) -> dict[str, str]:
    """Of a change: the tests by the names of the checks."""
    read = next(event.problem for event in session if isinstance(event, events.ProblemRead))
    return {f"sample {number}": each.given for number, each in enumerate(read.samples, 1)}


def _grade(chosen: events.Chosen, noun: str) -> str:
    """How far it can be trusted: what decided on a change are no samples."""
    return chosen.grade.value.replace("samples", "tests") if noun == "check" else chosen.grade.value


def _candidates(session: Sequence[Event]) -> Iterator[str]:
    plans = {event.candidate: event for event in session if isinstance(event, events.PlanReady)}
    programs = [event for event in session if isinstance(event, events.CandidateReady)]
    runs = [event for event in session if isinstance(event, events.RunFinished)]
    noun, language = _kind(session)
    names = _names(session) if noun == "check" else {}
    if programs:
        yield "## Programs" if language == "python" else "## Changes"
    for program in programs:
        label, number = program.candidate, program.round
        yield f"### {label}" + (f", repair {number}" if number else "")
        if label in plans and not number:
            yield _line(plans[label].approach)
        own = [run for run in runs if (run.candidate, run.round) == (label, number)]
        ends = (f"{run.verdict.value}{_seconds(run)}" for run in own)
        yield "\n".join(
            f"- {_line(names.get(run.check, run.check))}: {end}" for run, end in zip(own, ends, strict=True)
        )
        yield f"Not usable: {_line(program.error)}" if program.error else ""
        yield "\n".join(f"- not chosen by itself: {_line(flag)}" for flag in program.flags)
        yield _fenced(program.code.rstrip("\n"), language) if program.code else ""


def _seconds(run: events.RunFinished) -> str:
    return f", {run.facts.wall_seconds:.3f} s" if run.facts.wall_seconds else ""


def _written(session: Sequence[Event]) -> Iterator[str]:
    lines = []
    for event in session:
        match event:
            case events.Applied():
                lines.append(f"- written: {_line(event.path)}")
            case events.Undone():
                lines.append(f"- undone: {_line(event.path)}")
            case events.Redone():
                lines.append(f"- written again: {_line(event.path)}")
            case events.Committed():
                lines.append(f"- committed: {_line(event.path)}, {event.commit[:12]}")
            case events.Failed():
                lines.append(f"- failed: {_line(event.what)}: {_line(event.why)}")
    if lines:
        yield "## What was done"
        yield "\n".join(lines)


def _line(text: str) -> str:
    """Foreign words inside a line: no line end and no markup of their own."""
    flat = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in flat)


def _fenced(text: str, language: str) -> str:
    """As a block whose fence is longer than any in it."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
