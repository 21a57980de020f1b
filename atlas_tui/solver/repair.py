"""One correction of each failing candidate, told what really happened; kept only if it does no worse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from atlas_tui.engine.base import Finished
from atlas_tui.events import Event, Part, RepairTried, Stage, Verdict
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.generate import candidate_ready
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.syntax import normal_form

PERSPECTIVE = "logic"


async def repair(
    kit: Kit, problem: Problem, attempts: Sequence[Attempt], round_number: int
) -> AsyncIterator[Event]:
    """A corrected program for each attempt that failed; ends with a ``CandidateReady`` each."""
    requests = []
    for attempt in attempts:
        evidence = evidence_of(problem, attempt)
        if attempt.ready.code and evidence:
            messages = prompting.repair(problem, attempt.ready.code, evidence)
            requests.append(kit.code_request(attempt.label, messages, "repair", attempt.label, round_number))
    if not requests:
        return
    async for item in stream(kit, Stage.REPAIR, Part.REPAIR, requests):
        yield candidate_ready(problem, item, round_number) if isinstance(item, Finished) else item


def evidence_of(problem: Problem, attempt: Attempt) -> str:
    """The first failed sample in the words of the prompt; empty when none failed."""
    failed = attempt.first_failure()
    if failed is None:
        return ""
    number = int(failed.check.rpartition(" ")[2])
    sample = problem.samples[number - 1]
    return prompting.evidence(
        problem, failed.verdict, sample.given, sample.expected, failed.printed, failed.stderr
    )


def verdict_on(before: Attempt, after: Attempt) -> RepairTried:
    """Keep a repair that passes every sample passed before (its anchors) and is another program."""
    kept, reason = True, f"passes {after.passed} of {len(after.runs)} samples, {before.passed} before"
    lost = {run.check for run in before.runs if run.verdict is Verdict.OK} - {
        run.check for run in after.runs if run.verdict is Verdict.OK
    }
    if not after.usable:
        kept, reason = False, after.ready.error or "no code in the reply"
    elif normal_form(before.ready.code) == normal_form(after.ready.code):
        kept, reason = False, "the same program again"
    elif lost:
        kept, reason = False, f"breaks {', '.join(sorted(lost))}, which passed before"
    return RepairTried(
        candidate=after.label, round=after.ready.round, perspective=PERSPECTIVE, kept=kept, reason=reason
    )
