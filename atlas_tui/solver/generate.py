"""Candidates from plans: all in one batch that shares the statement's cache."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from atlas_tui.engine.base import Finished, StopReason
from atlas_tui.events import CandidateReady, Event, Part, PlanReady, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.syntax import extract


async def generate(kit: Kit, problem: Problem, plans: Mapping[str, PlanReady]) -> AsyncIterator[Event]:
    """One program for each candidate, from its whole plan; ends with a ``CandidateReady`` each."""
    requests = []
    for label in kit.labels:
        plan_text = plans[label].plan if label in plans else ""
        requests.append(kit.code_request(label, prompting.code(problem, plan_text), "code", label))
    async for item in stream(kit, Stage.GENERATE, Part.CODE, requests):
        yield candidate_ready(problem, item, 0) if isinstance(item, Finished) else item


def candidate_ready(problem: Problem, finished: Finished, round_number: int) -> CandidateReady:
    """The program in a reply, or why there is none."""
    extracted = extract(finished.text, problem.entry_point)
    error, cut = extracted.error, finished.reason is StopReason.LENGTH
    if error and cut:
        error = f"{error}; the answer was cut at its token budget"
    return CandidateReady(
        candidate=finished.id,
        round=round_number,
        code=extracted.code,
        error=error,
        tokens=finished.answer_tokens,
        thinking_tokens=finished.thinking_tokens,
        mean_logprob=finished.statistics.mean_logprob if finished.statistics else None,
        cut=cut,
        embedding=finished.embeddings[0] if finished.embeddings else None,
    )
