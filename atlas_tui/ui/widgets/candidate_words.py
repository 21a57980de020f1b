"""What a card says about its candidate, each in one line: signs, words and numbers, never a colour alone."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.events import Stage, Verdict
from atlas_tui.ui.state import Attempt, Candidate, Phase, RunState
from atlas_tui.ui.widgets import lens_words
from atlas_tui.ui.words import (
    VERDICTS,
    candidate_color,
    count,
    deciding,
    is_change,
    many,
    program_word,
    signs,
)

BAR = 8
"""Cells of a bar."""
_ACTIVE = {
    Stage.PLAN: Phase.PLANNING,
    Stage.GENERATE: Phase.WRITING,
    Stage.REPAIR: Phase.REPAIRING,
}
"""Where a candidate is that the stage is at work on."""


def bar(share: float, cells: int = BAR) -> str:
    """``share``, 0 to 1, as a bar: ▇▇▇▁▁▁."""
    full = round(min(1.0, max(0.0, share)) * cells)
    return "▇" * full + "▁" * (cells - full)


def status(candidate: Candidate, state: RunState, *, slim: bool = False) -> Content:
    """Where the candidate stands, in one line: a sign and words; where it waits, for what.

    ``slim`` leaves out what is said elsewhere on a card.
    """
    attempt, standing = candidate.latest, candidate.standing
    if candidate.stopped and (standing is None or standing.error):
        return Content.styled("■ stopped", "$muted")
    if candidate.phase is Phase.REPAIRING:
        return Content.styled("repairing…", "$timeout")
    if candidate.phase in (Phase.WRITTEN, Phase.FAILED) and attempt is not None:
        if slim:
            return _evidence(candidate, state, "")
        flagged = ", flagged" if standing is not None and standing.flags else ""
        evidence = _evidence(candidate, state, _repair_words(candidate) + flagged)
        return Content.assemble(evidence, (_held_up(candidate, state), "$muted"))
    if candidate.phase is Phase.PLANNING:
        return Content("planning…")
    if candidate.phase is Phase.WRITING:
        return Content("thinking…" if _thinks(candidate) else "writing…")
    if candidate.phase is Phase.PLANNED:
        words = _waiting(candidate, state, slim)
        ready = [] if slim and words else ["plan ready"]
        return Content.styled(" · ".join([*ready, *([words] if words else [])]), "$muted")
    words = _waiting(candidate, state, slim)
    return Content.styled(words or ("waiting" if state.running else "–"), "$muted")


def _waiting(candidate: Candidate, state: RunState, slim: bool) -> str:
    """``waiting``, in fewer letters where a card is ``slim``."""
    words = waiting(candidate, state)
    return words.replace("waiting for the ", "waits for ") if slim else words


def waiting(candidate: Candidate, state: RunState) -> str:
    """What a candidate that has nothing to do waits for; empty where nothing runs or that is not known."""
    if not state.running:
        return ""
    if state.prefill is not None and state.prefill.done < state.prefill.total:
        return "waiting for the prompt"
    match state.stage:
        case Stage.OBSERVE:
            return "waiting for the observations"
        case Stage.PLAN | Stage.GENERATE | Stage.REPAIR as stage:
            others = at_work(candidate, state)
            repair = "the repair of " if stage is Stage.REPAIR else ""
            return f"waiting for {repair}{', '.join(others)}" if others else "waiting for the model"
        case Stage.EVIDENCE:
            return "waiting for the sandbox"
        case Stage.CHOOSE:
            return "waiting for the choice"
    return ""


def at_work(candidate: Candidate, state: RunState) -> list[str]:
    """Labels of the others that the stage is at work on."""
    phase = _ACTIVE.get(state.stage) if state.stage else None
    return [
        other.label for other in state.candidates if other.phase is phase and other.label != candidate.label
    ]


def _held_up(candidate: Candidate, state: RunState) -> str:
    """What a written candidate waits for before anything else is done with it."""
    standing = candidate.standing
    if not state.running or standing is None or standing.error:
        return ""
    judged, samples = len(standing.runs), len(state.problem.samples) if state.problem else 0
    others = at_work(candidate, state)
    if state.stage is Stage.EVIDENCE and judged == 0 < samples:
        return " · waiting for the sandbox"
    if state.stage is Stage.GENERATE and others and not judged:
        return f" · waiting for {', '.join(others)}"
    if state.stage is Stage.REPAIR and others and standing.passed < samples:
        return f" · waiting for the repair of {', '.join(others)}"
    return ""


def _thinks(candidate: Candidate) -> bool:
    """It has not come to its program yet."""
    return candidate.phase is Phase.WRITING and bool(candidate.thinking) and candidate.latest is None


def _evidence(candidate: Candidate, state: RunState, tail: str) -> Content:
    """What the runs of its program showed, then ``tail``."""
    standing = candidate.standing
    if standing is None or (standing.error and not (standing.runs and _are_runs(state))):
        return Content.styled(f"✗ no usable {program_word(state.problem)}", "$fail")
    total = len(state.problem.samples) if state.problem else len(standing.runs)
    if not standing.runs:
        words = f"written, no {deciding(state.problem)}s to run" if not total else "written"
        return Content.assemble(words, tail)
    bad = next((run.verdict for run in standing.runs if run.verdict is not Verdict.OK), None)
    words = f" {standing.passed}/{total} " + (signs(state.problem)[bad].word if bad else "passed")
    return Content.assemble(dots(standing, total), words, tail)


def _are_runs(state: RunState) -> bool:
    """A program that cannot be used is run all the same; a change is not."""
    return not is_change(state.problem)


def _repair_words(candidate: Candidate) -> str:
    if not candidate.repairs:
        return ""
    return ", repaired" if candidate.repairs[-1].kept else ", repair did not help"


def dots(attempt: Attempt, total: int) -> Content:
    """A sign for each sample: ● passed, ✗ failed, ◷ too slow, · not run yet."""
    signs = [(VERDICTS[run.verdict].glyph, VERDICTS[run.verdict].color) for run in attempt.runs]
    rest = "·" * max(0, total - len(signs))
    return Content.assemble(*signs, (rest, "$muted"))


def facts(
    candidate: Candidate, state: RunState, *, slim: bool = False, room: int = 0, rows: int = 1
) -> Content:
    """Lens, agreement and repairs, as far as there is anything to tell, in one row; in two where there are
    ``rows`` for it and they want more than ``room``, in cells. No room given is no limit.

    ``slim`` leaves out a lens that tells nothing where there is something else.
    """
    if candidate.phase is Phase.WAITING:
        return Content("")
    repairs = many(len(candidate.repairs), "repair") if candidate.repairs else ""
    others = (agreement(candidate, state), Content.styled(repairs, "$muted"))
    beside = Content("  ").join([part for part in others if part])
    if slim and beside and not lens_words.scored(candidate.lens):
        return beside
    whole = lens_words.card(candidate, state, room)
    if not beside:
        return whole
    left = max(1, room - beside.cell_length - 2) if room else 0
    fitting = lens_words.card(candidate, state, left)
    if rows > 1 and (fitting.cell_length < whole.cell_length or fitting.cell_length > left > 0):
        return Content("\n").join([whole, beside])
    return Content("  ").join([fitting, beside])


def agreement(candidate: Candidate, state: RunState) -> Content:
    """Which others gave the same outputs (●) and which did not (○); empty where nothing was compared."""
    found = state.agreement
    if found is None or not found.inputs:
        return Content("")
    own = next((cluster for cluster in found.clusters if candidate.label in cluster), None)
    others = [label for cluster in found.clusters for label in cluster if label != candidate.label]
    if own is None or not others:
        return Content("")
    signs = [
        Content.assemble(("●", "$pass") if label in own else ("○", "$muted"), (label, candidate_color(label)))
        for label in sorted(others)
    ]
    return Content.assemble(
        ("agrees ", "$muted"), Content(" ").join(signs), (f" on {many(found.inputs, 'input')}", "$muted")
    )


def thinking(candidate: Candidate, opened: bool, *, slim: bool = False) -> Content:
    """The thinking in one line, ▸ closed or ▾ opened: its tokens, and their share of the budget if any.

    ``slim`` where there is no room for the budget.
    """
    if not candidate.thinking:
        return Content("")
    budget, spent = candidate.thinking_budget, candidate.thinking
    mark = "▾ " if opened else "▸ "
    if not budget or slim:
        return Content.assemble((mark, "$primary"), f"thought {many(spent, 'token')}")
    return Content.assemble(
        (mark, "$primary"),
        f"thinking {count(spent)}/{many(budget, 'token')} ",
        (bar(spent / budget), "$timeout" if spent >= budget else "$primary"),
    )


def speed(candidate: Candidate, state: RunState, now: float) -> str:
    """Tokens so far, and the speed while it writes."""
    pace = candidate.pace
    if not pace.tokens:
        return ""
    parts = [many(pace.tokens, "token")]
    rate = pace.rate(now) if state.running else 0.0
    if rate:
        parts.append(f"{rate:.0f}/s")
    return " · ".join(parts)


def tab(entry: Candidate, state: RunState, front: bool) -> Content:
    """The candidate's letter, its samples and what it is doing; the one in front is marked."""
    standing = entry.standing
    if standing is not None and standing.error and not _are_runs(state):
        words = Content("no change")
    elif standing is not None and standing.runs and not (entry.stopped and standing.error):
        total = len(state.problem.samples) if state.problem else len(standing.runs)
        words = Content.assemble(dots(standing, total), f" {standing.passed}/{total}")
    else:
        words = Content("stopped" if entry.stopped else "thinking" if _thinks(entry) else str(entry.phase))
    mark = "▸" if front else " "
    return Content.assemble((f"{mark}{entry.label} ", f"{candidate_color(entry.label)} bold"), words)
