"""Recorded candidates through the choice of a run: what it would have submitted, and how often that is right.

``passed`` of a candidate enters in one place, where the score is added up after the choice. What a policy
leaves undecided is a tie, and scores as the mean of the tied candidates: the expectation of a blind pick.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import comb
from pathlib import Path

import numpy as np

from atlas_tui.bench.evidence import RowEvidence, Unusable, gather
from atlas_tui.bench.pool import Malformed, PoolRow, read_pool
from atlas_tui.bench.running import Runner
from atlas_tui.errors import InputError
from atlas_tui.facts import State
from atlas_tui.solver.choose import decide
from atlas_tui.solver.choose_rules import POLICIES
from atlas_tui.solver.states import state_of
from atlas_tui.solver.table import Table

LADDER = ("random", "samples", "agreement", "full")
"""The policies that are scored besides the one that was asked for: it costs nothing more."""


@dataclass(slots=True)
class StateTally:
    """Draws of one problem in one state: how many, and the right choices among them."""

    draws: int = 0
    right: float = 0.0


@dataclass(slots=True)
class Scores:
    """Of one problem: means over its draws."""

    id: str
    draws: int = 0
    drawn: float = 0.0
    """Share of right candidates."""
    any: float = 0.0
    """Share of draws with a right one."""
    chosen: dict[str, float] = field(default_factory=dict)
    """Share of right choices, by policy."""
    states: dict[State, StateTally] = field(default_factory=dict)


@dataclass(slots=True)
class Replayed:
    """What a replay found."""

    k: int
    policy: str
    seeds: int
    problems: list[Scores] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    dropped: int = 0
    """Samples, inputs and self-tests of rows that are no Python."""
    runs: int = 0
    """Runs in the sandbox."""
    seconds: float = 0.0


def draws(candidates: int, k: int, seeds: int, name: str) -> Iterable[tuple[int, ...]]:
    """Sets of ``k`` of so many candidates: all there are, if at most ``seeds``, else ``seeds`` draws.

    A problem's draws depend on its ``name`` and on nothing else.
    """
    if k >= candidates:
        return [tuple(range(candidates))]
    if comb(candidates, k) <= seeds:
        return itertools.combinations(range(candidates), k)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    return (tuple(rng.choice(candidates, k, replace=False).tolist()) for _ in range(seeds))


def score(row: PoolRow, found: RowEvidence, policy: str, k: int, seeds: int) -> Scores:
    """Draw, choose, and only then look at which candidates were right."""
    policies = dict.fromkeys((*LADDER, policy))
    scores = Scores(row.id, chosen=dict.fromkeys(policies, 0.0))
    right = np.array([candidate.passed for candidate in row.candidates], dtype=np.float64)
    for drawn in draws(len(right), k, seeds, row.id):
        table = found.table(drawn)
        left = {one: chosen_places(table, one) for one in policies}
        state = state_of(table)
        scores.draws += 1
        scores.drawn += right[list(drawn)].mean()
        scores.any += right[list(drawn)].max()
        for one, places in left.items():
            scores.chosen[one] += right[places].mean() if places else 0.0
        tally = scores.states.setdefault(state, StateTally())
        tally.draws += 1
        tally.right += right[left[policy]].mean() if left[policy] else 0.0
    scores.drawn /= scores.draws
    scores.any /= scores.draws
    scores.chosen = {one: total / scores.draws for one, total in scores.chosen.items()}
    return scores


def chosen_places(table: Table, policy: str) -> list[int]:
    """The candidates that a policy leaves of those drawn; more than one is a tie, none a refusal."""
    rows = decide(table, POLICIES[policy]).left if POLICIES[policy] else table.rows
    return [int(row.label) for row in rows]


async def replay(
    pool: Path,
    runner: Runner,
    *,
    policy: str,
    k: int,
    seeds: int,
    tell: Callable[[str], None] = lambda text: None,
) -> Replayed:
    """Replay every usable row of ``pool``; ``tell`` hears of rows left out and of progress.

    Raises:
        InputError: the pool cannot be read, or has no row that can be used.
        Refused: there is no isolation to run programs in.
    """
    result = Replayed(k, policy, seeds)
    checked = False
    for number, row in enumerate(read_pool(pool), 1):
        if isinstance(row, PoolRow):
            if not checked:
                await runner.check()
                checked = True
            row = await _replayed(row, runner, result, tell)
        if isinstance(row, Malformed):
            result.malformed.append(row)
            tell(f"line {row.line} is left out: {row.why}")
        if number % 10 == 0:
            tell(f"{number} problems")
    result.runs = runner.runs
    if not result.problems:
        why = f"{len(result.malformed)} lines are malformed" if result.malformed else "it has no rows"
        raise InputError(f"{pool} is no pool that can be replayed", why, "see docs/method.md for its form")
    return result


async def _replayed(
    row: PoolRow, runner: Runner, result: Replayed, tell: Callable[[str], None]
) -> PoolRow | Malformed:
    try:
        found = await gather(row, runner)
    except (Unusable, InputError) as error:
        return Malformed(row.line, str(error))
    for note in found.notes:
        tell(f"line {row.line}, left out of the samples: {note}")
    result.dropped += found.dropped + len(found.notes)
    result.problems.append(score(row, found, result.policy, result.k, result.seeds))
    return row
