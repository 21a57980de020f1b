"""What solving one task came to, before anything scored it."""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas_tui.bench.records import StageCost


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One program or answer that was written on the way."""

    label: str
    round: int = 0
    text: str
    """What is scored: a program, a source file, a letter, a text. Empty where nothing usable was written."""
    samples: int = 0
    """Samples of the statement that it passed."""
    tokens: int = 0
    kept: bool | None = None
    """Of a repair: whether it took its parent's place."""
    failure: str = ""
    lens: float | None = None
    place: tuple[float, float] | None = None
    mean_logprob: float | None = None


@dataclass(slots=True, kw_only=True)
class Walk:
    """One task solved once, under one condition."""

    attempts: list[Attempt] = field(default_factory=list)
    chosen: int | None = None
    """Place of the submission among the attempts; None where there is none."""
    first: int = 0
    """How many were drawn at once at the beginning."""
    samples: int = 0
    state: str = ""
    probability: float | None = None
    grade: str = ""
    by_lens: bool = False
    steps: list[str] = field(default_factory=list)
    costs: list[StageCost] = field(default_factory=list)
    seconds: float = 0.0
    outcome: str = ""
    failed: str = ""
    """Why it ended without an answer; empty where it ended by itself."""
