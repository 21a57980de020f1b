"""The steps of a run in words: what it decided to do next, and below each what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from atlas_tui.events import (
    AgreementFound,
    Dropped,
    FailureFound,
    InputsWritten,
    NextStep,
    RepairTried,
    SplitJudged,
    TestsRun,
    TestsWritten,
)
from atlas_tui.facts import FAILURES
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import Rung, RunState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.widgets.told import Paragraph
from atlas_tui.ui.words import count, is_change, many

LONGEST = 400
"""Characters of one rung that are shown."""


def ladder(run: RunState, width: int = 0) -> list[Paragraph]:
    """One rung below the other, laid out for ``width`` cells; none before the first step."""
    return [Paragraph(hang(*_rung(rung, run), width), rung) for rung in run.rungs if _tells(rung, run)]


def _tells(rung: Rung, run: RunState) -> bool:
    """Changes in a repository have no outputs: that none were compared goes without saying."""
    return not (isinstance(rung, AgreementFound) and not rung.inputs and is_change(run.problem))


def _rung(rung: Rung, run: RunState) -> tuple[Content, Content]:
    """The sign of a rung, with what it is indented by, and its words."""
    match rung:
        case NextStep():
            sign = "■ " if rung.step == "stop" else "▸ "
            return Content.styled(sign, "$primary bold"), label(_next(rung), longest=LONGEST)
        case FailureFound():
            indent = "  " * (1 + _depth(run, rung.candidate, rung.round))
            return Content.styled(f"{indent}✗ ", "$fail"), label(_failure(rung), longest=LONGEST)
        case RepairTried():
            indent = "  " * _depth(run, rung.candidate, rung.round)
            sign, color = ("✓", "$pass") if rung.kept else ("–", "$muted")
            return Content.styled(f"{indent}└ {sign} ", color), label(_repair(rung), longest=LONGEST)
        case _:
            return Content.styled("  · ", "$muted"), label(_evidence(rung), longest=LONGEST)


def _next(step: NextStep) -> str:
    drawn = f" ({', '.join(step.candidates)})" if step.candidates else ""
    thinking = f", up to {many(step.thinking, 'token')} of thinking each" if step.thinking else ""
    return f"{step.why}{drawn}{thinking}"


def _evidence(found: TestsWritten | TestsRun | InputsWritten | AgreementFound | SplitJudged) -> str:
    match found:
        case TestsWritten():
            draws = f" in {many(found.draws, 'draw')}" if found.draws else ""
            return f"{many(len(found.tests), 'test')} written{draws}{_left_out(found.dropped)}"
        case TestsRun():
            passed = f"{count(len(found.passed))} of {many(found.tests, 'written test')}"
            return f"{_program(found.candidate, found.round)} passes {passed}"
        case InputsWritten():
            why = f": {found.why}" if found.why else ""
            inputs = many(len(found.inputs), "further input")
            return f"{inputs} from a written program{why}{_left_out(found.dropped)}"
        case AgreementFound():
            if not found.inputs:
                return "nothing to compare: none ends well on a further input"
            together = " | ".join(" ".join(cluster) for cluster in found.clusters)
            return f"same outputs on {many(found.inputs, 'further input')} stand together: {together}"
        case SplitJudged():
            written = f"; {many(found.written, 'input')} written to tell them apart" if found.written else ""
            return f"{found.why}{written}{_left_out(found.dropped)}"


def _failure(found: FailureFound) -> str:
    source = "as the model says" if found.source == "model" else "as its runs show"
    return f"{_program(found.candidate, found.round)} fails: {FAILURES[found.failure]}, {source}"


def _repair(tried: RepairTried) -> str:
    made = _program(tried.candidate, tried.round)
    parent = f" from round {tried.parent}" if tried.parent else ""
    return f"{made}{parent}, {tried.perspective}: {'kept' if tried.kept else 'dropped'}, {tried.reason}"


def _program(candidate: str, number: int) -> str:
    return f"{candidate} round {number}" if number else candidate


def _left_out(dropped: Sequence[Dropped]) -> str:
    left_out = [f"{count(each.number)} {each.why}" for each in dropped if each.number]
    # What is none is a reason why there is nothing.
    why = "".join(f": {each.why}" for each in dropped if not each.number)
    return why + ("; left out: " + ", ".join(left_out) if left_out else "")


def _depth(run: RunState, candidate: str, number: int) -> int:
    """How many repairs lie between a program and the first of its candidate."""
    entry = run.candidate(candidate)
    parents = {tried.round: tried.parent for tried in entry.repairs} if entry else {}
    depth = 0
    # A parent is always earlier; what says otherwise ends the walk.
    while parents.get(number, number) < number:
        number, depth = parents[number], depth + 1
    return depth
