"""Observations about the problem, then one plan for each candidate, each by another approach (PlanSearch)."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from atlas_tui.engine.base import Finished, SequenceRequest, StopReason
from atlas_tui.events import Event, ObservationsReady, Part, PlanReady, Stage
from atlas_tui.problem import Problem
from atlas_tui.solver import prompting
from atlas_tui.solver.kit import Kit, stream

MOST_OBSERVATIONS = 12
LEAVE_ONE_OUT_FROM = 4
"""From this many observations on, each plan is made without a different one of them."""
SAME_TEXT = 0.97
"""Two plans whose texts are at least this similar (difflib ratio) count as one."""
SAME_TECHNIQUE = 0.85
"""So do two that name the same technique and are at least this similar."""
DRAWS = 2
"""How often a plan is drawn at most, when it repeats another."""
REDRAW_HOTTER = 0.3

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*\S)")
_TECHNIQUE = re.compile(r"^\W*technique\W*[:：]\W*(.*\w.*)$", re.IGNORECASE | re.MULTILINE)


async def observe(kit: Kit, problem: Problem) -> AsyncIterator[Event]:
    """Ask once for observations; ends with ``ObservationsReady``."""
    request = kit.plan_request("observations", prompting.observe(problem), "observe")
    shared = {"observations": ""}
    async for item in stream(kit, Stage.OBSERVE, Part.OBSERVATIONS, [request], shared):
        if isinstance(item, Finished):
            yield ObservationsReady(observations=read_observations(item))
        else:
            yield item


def read_observations(finished: Finished) -> tuple[str, ...]:
    """The bulleted lines of a reply; one that was cut off at the end of the budget is left out."""
    lines = finished.text.splitlines()
    if finished.reason is StopReason.LENGTH:
        lines = lines[:-1]
    found = [match[1] for line in lines if (match := _BULLET.match(line))]
    return tuple(dict.fromkeys(found))[:MOST_OBSERVATIONS]


def subsets(observations: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """``count`` different selections of the observations, drawn by ``seed``; their order is kept."""
    if len(observations) < max(LEAVE_ONE_OUT_FROM, count):
        return [tuple(observations)] * count
    left_out = random.Random(seed).sample(range(len(observations)), count)
    return [tuple(line for i, line in enumerate(observations) if i != gone) for gone in left_out]


async def plan(kit: Kit, problem: Problem, observations: Sequence[str]) -> AsyncIterator[Event]:
    """One plan for each candidate in one batch; one that repeats another is drawn once more, hotter."""
    approaches = prompting.approaches()
    chosen = subsets(observations, len(kit.labels), kit.seed)
    requests = [
        kit.plan_request(
            label, prompting.plan(problem, chosen[i], approaches[i % len(approaches)]), "plan", label
        )
        for i, label in enumerate(kit.labels)
    ]
    plans: dict[str, str] = {}
    wanted = requests
    for _ in range(DRAWS):
        async for item in stream(kit, Stage.PLAN, Part.PLAN, wanted):
            if isinstance(item, Finished):
                plans[item.id] = item.text.strip()
            else:
                yield item
        wanted = [_hotter(kit, request) for request in requests if not _distinct(request.id, plans)]
        if not wanted:
            break
    for label in kit.labels:
        yield PlanReady(
            candidate=label,
            approach=approach_of(plans[label]),
            plan=plans[label],
            distinct=_distinct(label, plans),
        )


def _hotter(kit: Kit, request: SequenceRequest) -> SequenceRequest:
    """The same request with another seed and a higher temperature."""
    sampler = kit.sampler("plan", request.id, "again")
    return replace(request, sampler=replace(sampler, temperature=sampler.temperature + REDRAW_HOTTER))


def approach_of(text: str) -> str:
    """The technique a plan names, else its first line."""
    named = _TECHNIQUE.search(text)
    if named:
        return named[1].strip(" *_`")
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _distinct(label: str, plans: dict[str, str]) -> bool:
    """Whether the plan differs from those of the labels before it."""
    return not any(_same(plans[label], text) for other, text in plans.items() if other < label)


def _same(one: str, other: str) -> bool:
    first, second = (" ".join(text.lower().split()) for text in (one, other))
    alike = difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    if approach_of(one).lower() == approach_of(other).lower():
        return alike >= SAME_TECHNIQUE
    return alike >= SAME_TEXT
