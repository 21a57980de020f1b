"""Corrections of failing candidates, told what really happened; kept only if they do no worse.

Four perspectives on the same failure (after PR-CoT, "poly-reflective chain of thought"), one at a time: each
correction is run at once, and what it showed goes into the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from atlas_tui.engine.base import Finished, Message
from atlas_tui.events import CandidateReady, Event, FailureClass, Part, RepairTried, Stage, Verdict
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting_more
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.cutting import Extent, first_that_fits
from atlas_tui.solver.failed_runs import error_line, full_evidence, program_of
from atlas_tui.solver.generate import candidate_ready
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.solver.prompting_more import Perspective, order_for
from atlas_tui.syntax import normal_form


def next_perspective(failure: FailureClass, used: Sequence[str] = ()) -> Perspective | None:
    """The most promising perspective that was not used yet; None when all four were."""
    return next((each for each in order_for(failure) if each.name not in used), None)


async def repair_one(
    kit: Kit,
    problem: Problem,
    standing: Attempt,
    round_number: int,
    perspective: Perspective,
    tried: Sequence[Attempt] = (),
    tokens: int = 0,
) -> AsyncIterator[Event]:
    """One corrected program of ``standing``, looked at in one way; ends with its ``CandidateReady``.

    ``tried`` are the earlier corrections of this candidate, with their runs. ``tokens`` is the budget of the
    program, 0 that of a solution. Nothing happens where there is no program or no sample failed.
    """
    messages, note = await _prompt(kit, problem, standing, perspective, tried)
    if not messages:
        return
    place = ("repair", standing.label, round_number, perspective.name)
    request = kit.code_request(standing.label, messages, *place)
    request = replace(request, max_tokens=tokens or request.max_tokens)
    ready: CandidateReady | None = None
    async for item in stream(kit, Stage.REPAIR, Part.REPAIR, [request]):
        if isinstance(item, Finished):
            ready = await asyncio.to_thread(
                candidate_ready, kit, problem, item, round_number, request.thinking, standing.ready.files
            )
        else:
            yield item
    if ready is not None:
        yield replace(ready, notes=(*ready.notes, note)) if note else ready


async def _prompt(
    kit: Kit, problem: Problem, standing: Attempt, perspective: Perspective, tried: Sequence[Attempt]
) -> tuple[tuple[Message, ...], str]:
    """What is asked, as much as there is room for, and what was left out; empty where nothing can be."""
    if not standing.ready.code or not full_evidence(problem, standing, tried):
        return (), ""

    def asked(extent: Extent) -> tuple[Message, ...]:
        evidence = full_evidence(problem, standing, tried, extent)
        # Lines of a traceback are none of a difference.
        line = 0 if problem.project else error_line(standing)
        shown = prompting_more.short_code(program_of(problem, standing), extent.diff, line)
        return prompting_more.repair(problem, shown, evidence, perspective, usable=standing.usable)

    reply = kit.settings.code_tokens + kit.thinking
    messages, extent = await first_that_fits(kit.engine, problem, asked, reply)
    left_out = extent.left_out
    return messages, f"to leave room for an answer, the repair was not told of {left_out}" if left_out else ""


def verdict_on(
    before: Attempt,
    after: Attempt,
    *,
    perspective: str,
    failure: FailureClass | None = None,
    tried: Sequence[Attempt] = (),
) -> RepairTried:
    """Keep a repair that passes every sample passed before (its anchors) and is a program not seen yet.

    What one passed that does what it may not (a change with flags) has to be passed by no other, and no
    repair may have flags.
    """
    kept, reason = True, _progress(before, after)
    if not after.usable:
        kept, reason = False, after.ready.error or "no code in the reply"
    elif repeated := _repeated(after, before, tried):
        kept, reason = False, repeated
    elif after.ready.flags:
        kept, reason = False, after.ready.flags[0]
    elif lost := _lost(before, after):
        broken = "tests" if after.ready.files else ", ".join(lost)
        kept, reason = False, f"breaks {broken}, which passed before"
    return RepairTried(
        candidate=after.label,
        round=after.ready.round,
        perspective=perspective,
        kept=kept,
        reason=reason,
        parent=before.ready.round,
        failure=failure,
        before=before.passed,
        after=after.passed if after.runs else None,
    )


def _progress(before: Attempt, after: Attempt) -> str:
    """What a repair that breaks nothing comes to."""
    if not after.ready.files:
        return f"passes {after.passed} of {len(after.runs)} samples, {before.passed} before"
    if after.runs and after.passed == len(after.runs):
        return "passes the tests"
    more = after.passed > before.passed
    return f"passes {'more' if more else 'no more'} of the tests than before"


def _lost(before: Attempt, after: Attempt) -> list[str]:
    """The samples that were passed rightly before, and are not any more."""
    if before.ready.flags:
        return []
    passed = [{run.check for run in each.runs if run.verdict is Verdict.OK} for each in (before, after)]
    return sorted(passed[0] - passed[1])


def _repeated(after: Attempt, before: Attempt, tried: Sequence[Attempt]) -> str:
    """Why the program is no new one; empty when it is."""
    form = normal_form(after.ready.code)
    if normal_form(before.ready.code) == form:
        return "the same program again"
    for old in tried:
        if old.ready.round != after.ready.round and normal_form(old.ready.code) == form:
            return f"the same program as in round {old.ready.round}"
    return ""
