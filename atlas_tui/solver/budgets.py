"""What a run may spend: thinking by tiers, the sampler of each mode, and tokens, seconds and rounds."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from atlas_tui.engine import catalog
from atlas_tui.engine.base import ModelInfo, Sampler
from atlas_tui.engine.catalog import Entry, Thinking
from atlas_tui.events import BudgetReached, Stage
from atlas_tui.settings import SolverSettings, StageLimit

TIERS = ("off", "light", "standard", "hard", "extreme")
TOKENS = (0, 1024, 2048, 4096, 8192)
"""Thinking tokens of each tier, where the catalog does not know the model."""

PLAIN = Sampler(temperature=0.7, top_p=0.8, top_k=20)
THINKING = Sampler(temperature=0.6, top_p=0.95, top_k=20)
"""Recommended for Qwen3 without and with thinking; used where the catalog does not know the model."""


def entry_of(info: ModelInfo | None) -> Entry | None:
    """The catalog's entry of a loaded model, by its file or by its name on a server."""
    if info is None:
        return None
    path = Path(info.path)
    for entry in catalog.entries():
        if entry.path == path or (entry.source and Path(entry.source.file).name == path.name):
            return entry
    return catalog.named(info.name.rpartition("/")[2])


def tiers(info: ModelInfo | None) -> tuple[int, ...]:
    """Thinking tokens of this model's tiers, rising from 0; only 0 where it is known not to think."""
    entry = entry_of(info)
    if entry is None:
        return TOKENS
    return (0,) if entry.thinking is Thinking.NONE else entry.budgets or TOKENS


def thinking_tokens(settings: SolverSettings, info: ModelInfo | None) -> int:
    """Most thinking tokens of a solution: those of the settings, else of their tier."""
    if settings.thinking_tokens:
        return settings.thinking_tokens
    known = tiers(info)
    return known[min(TIERS.index(settings.thinking), len(known) - 1)]


def next_tier(settings: SolverSettings, info: ModelInfo | None, tokens: int) -> int | None:
    """The budget above ``tokens``; None at the last, and for a model of which nobody says that it thinks."""
    if entry_of(info) is None and not thinking_tokens(settings, info):
        return None
    return next((budget for budget in tiers(info) if budget > tokens), None)


def sampler(settings: SolverSettings, info: ModelInfo | None, seed: int, *, thinking: bool) -> Sampler:
    """How tokens are drawn: the settings, else the model's own recommendation for the mode.

    While thinking the likeliest token is never simply taken: such a model goes round in circles.
    """
    entry = entry_of(info)
    if thinking:
        base = (entry.thinking_sampler if entry else None) or THINKING
    else:
        base = entry.sampler if entry else PLAIN
    temperature = base.temperature if settings.temperature is None else settings.temperature
    return Sampler(
        temperature=base.temperature if thinking and temperature == 0 else temperature,
        top_p=base.top_p if settings.top_p is None else settings.top_p,
        top_k=base.top_k if settings.top_k is None else settings.top_k,
        min_p=base.min_p,
        seed=seed,
    )


Unit = Literal["tokens", "seconds", "rounds"]
Scope = Literal["problem", "stage"]


@dataclass(frozen=True, slots=True)
class Reached:
    """The limit that is used up."""

    scope: Scope
    unit: Unit
    limit: float


def stage_limit(settings: SolverSettings, stage: Stage | None) -> tuple[int, float]:
    """Most tokens and most seconds of a stage, 0 without a limit: its own, else those of every stage."""
    own = settings.stage_limits.get(stage or "", StageLimit())
    return (
        settings.stage_tokens if own.tokens is None else own.tokens,
        settings.stage_seconds if own.seconds is None else own.seconds,
    )


class Ledger:
    """What one run has spent, and what is left. Seconds in which a model is loaded do not count."""

    def __init__(self, settings: SolverSettings) -> None:
        self.tokens = self.rounds = 0
        self._settings = settings
        self._begun = self._stage_begun = time.monotonic()
        self._paused = self._stage_paused = 0.0
        self._stage_tokens = 0
        self._stage_limit = stage_limit(settings, None)
        self._told: set[tuple[Scope, Stage | None, Unit]] = set()

    @property
    def wall_seconds(self) -> float:
        """Since the run began, with loading."""
        return time.monotonic() - self._begun

    @property
    def seconds(self) -> float:
        """Since the run began, without loading."""
        return time.monotonic() - self._begun - self._paused

    def begin_stage(self, stage: Stage) -> None:
        """What is counted for the stage begins at nothing, and its limits hold."""
        self._stage_limit = stage_limit(self._settings, stage)
        self._stage_begun, self._stage_paused, self._stage_tokens = time.monotonic(), 0.0, 0

    def count(self, tokens: int) -> None:
        """The model wrote so many."""
        self.tokens += tokens
        self._stage_tokens += tokens

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """Seconds within do not count."""
        started = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - started
            self._paused += spent
            self._stage_paused += spent

    def reached(self) -> Reached | None:
        """The tokens or seconds that are used up: those of the problem before those of the stage."""
        chosen, (most_tokens, most_seconds) = self._settings, self._stage_limit
        stage_seconds = time.monotonic() - self._stage_begun - self._stage_paused
        for scope, unit, spent, limit in (
            ("problem", "tokens", self.tokens, chosen.most_tokens),
            ("problem", "seconds", self.seconds, chosen.most_seconds),
            ("stage", "tokens", self._stage_tokens, most_tokens),
            ("stage", "seconds", stage_seconds, most_seconds),
        ):
            if limit and spent >= limit:
                return Reached(scope, unit, limit)  # type: ignore[arg-type]
        return None

    def out_of(self, *units: Unit) -> bool:
        """Whether the problem has none of one of these left."""
        chosen = self._settings
        spent = {
            "tokens": bool(chosen.most_tokens) and self.tokens >= chosen.most_tokens,
            "seconds": bool(chosen.most_seconds) and self.seconds >= chosen.most_seconds,
            "rounds": self.rounds >= chosen.most_rounds,
        }
        return any(spent[unit] for unit in units)

    def seconds_left(self) -> float | None:
        """Of the stage or of the problem, whichever ends first; None without a limit."""
        most_seconds, (_, most_of_stage) = self._settings.most_seconds, self._stage_limit
        left = []
        if most_seconds:
            left.append(most_seconds - self.seconds)
        if most_of_stage:
            left.append(most_of_stage - (time.monotonic() - self._stage_begun - self._stage_paused))
        return max(0.0, min(left)) if left else None

    @contextlib.contextmanager
    def alarm(self, ring: Callable[[], None]) -> Iterator[None]:
        """``ring`` is called, once, when the seconds are used up within."""
        left = self.seconds_left()
        handle = None if left is None else asyncio.get_running_loop().call_later(left, ring)
        try:
            yield
        finally:
            if handle is not None:
                handle.cancel()

    def report(self, stage: Stage, reached: Reached) -> BudgetReached | None:
        """The event that tells it; None where it was told before."""
        key = (reached.scope, stage if reached.scope == "stage" else None, reached.unit)
        if key in self._told:
            return None
        self._told.add(key)
        return BudgetReached(
            stage=stage,
            scope=reached.scope,
            unit=reached.unit,
            limit=reached.limit,
            tokens=self.tokens,
            seconds=self.seconds,
            rounds=self.rounds,
        )
