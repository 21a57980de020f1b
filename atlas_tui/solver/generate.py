"""Candidates: all in one batch that shares the statement's cache."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from atlas_tui.engine.base import Finished, StopReason
from atlas_tui.events import CandidateReady, ChangedFile, Event, Part, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.change.replies import Written, written
from atlas_tui.solver.kit import Kit, stream
from atlas_tui.syntax import extract


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one candidate is made from."""

    label: str
    plan: str = ""
    """The whole plan; empty for a candidate without one."""
    perturbation: str = ""
    """What its prompt is varied by; empty for the plain one."""
    thinking: int = 0
    """Most thinking tokens."""


async def generate(kit: Kit, problem: Problem, recipes: Sequence[Recipe]) -> AsyncIterator[Event]:
    """One program for each recipe; ends with a ``CandidateReady`` each."""
    budgets = {each.label: each.thinking for each in recipes}
    requests = [
        kit.code_request(
            each.label,
            prompting.code(problem, each.plan, each.perturbation),
            "code",
            each.label,
            thinking=each.thinking,
        )
        for each in recipes
    ]
    async for item in stream(kit, Stage.GENERATE, Part.CODE, requests):
        if isinstance(item, Finished):
            # The files of a change are read and parsed: that takes a moment.
            yield await asyncio.to_thread(candidate_ready, kit, problem, item, 0, budgets[item.id])
        else:
            yield item


def candidate_ready(
    kit: Kit,
    problem: Problem,
    finished: Finished,
    round_number: int,
    thinking_budget: int = 0,
    before: Sequence[ChangedFile] = (),
) -> CandidateReady:
    """The program in a reply, or why there is none; in mode change, the changed files, of which ``before``
    are those of the candidate that is corrected.

    What the person stopped before it had ended is none, also where its first lines would run.
    """
    made = _made(problem, finished.text, before)
    return CandidateReady(
        candidate=finished.id,
        round=round_number,
        code=made.code,
        error=_fault(kit, finished, made.error),
        tokens=finished.answer_tokens,
        thinking_tokens=finished.thinking_tokens,
        thinking_budget=thinking_budget,
        thinking_end=str(finished.thinking_end),
        waits=finished.waits,
        mean_logprob=finished.statistics.mean_logprob if finished.statistics else None,
        cut=finished.reason is not StopReason.END,
        embedding=finished.embeddings[0] if finished.embeddings else None,
        model_hash=kit.model_hash,
        prompts=prompting.prompt_hash(),
        files=made.files,
        flags=made.flags,
        notes=made.notes,
    )


def _fault(kit: Kit, finished: Finished, error: str) -> str:
    if finished.id in kit.stopped and finished.reason is StopReason.CANCELLED:
        return "you stopped it before it was written"
    if error and finished.reason is StopReason.LENGTH:
        return f"{error}; the answer was cut at its token budget"
    if error and finished.reason is not StopReason.END:
        return f"{error}; the answer was cut because the run's budget is used up"
    return error


def _made(problem: Problem, text: str, before: Sequence[ChangedFile]) -> Written:
    if problem.project is not None:
        return written(problem.project, text, before)
    extracted = extract(text, problem.entry_point)
    return Written(code=extracted.code, error=extracted.error)
