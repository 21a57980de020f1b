"""Which parts of the method a run uses: the arms that are compared, and what the settings take away."""

from __future__ import annotations

from dataclasses import dataclass

from atlas_tui.settings import SolverSettings

_MANY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The parts of the method. Samples are always run where there is isolation."""

    arm: str
    candidates: int = _MANY
    """Drawn at a time."""
    plan: bool = True
    pairs: int = _MANY
    """Pairs of observations from which further ones are derived."""
    perturb: bool = True
    agreement: bool = False
    self_tests: bool = False
    generator: bool = False
    """A program of the model makes inputs for agreement."""
    split: bool = False
    """The model judges outputs where candidates are split (S*)."""
    resamples: int = 0
    """How often as many candidates again are drawn."""
    think_more: int = 0
    """By how many tiers thinking is raised."""
    repair_rounds: int = 0


ARMS: dict[str, Switches] = {
    "A": Switches(arm="A", candidates=1, plan=False, pairs=0, perturb=False),
    "B": Switches(arm="B"),
    "C": Switches(arm="C", agreement=True),
    "D": Switches(arm="D", self_tests=True, resamples=_MANY, repair_rounds=_MANY),
    "E": Switches(
        arm="E",
        agreement=True,
        self_tests=True,
        generator=True,
        split=True,
        resamples=_MANY,
        think_more=_MANY,
        repair_rounds=_MANY,
    ),
}
"""A: one plain sample. B: three candidates, samples passed, then mean log-probability. C: B and agreement.
D: B and self-tests, further candidates, repair. E: all."""


def switches(settings: SolverSettings) -> Switches:
    """The arm of the settings, without what they switch off."""
    arm = ARMS[settings.arm]
    return Switches(
        arm=arm.arm,
        candidates=min(arm.candidates, settings.candidates),
        plan=arm.plan and settings.plan,
        pairs=min(arm.pairs, settings.pairs),
        perturb=arm.perturb and settings.perturb,
        agreement=arm.agreement and settings.agreement,
        self_tests=arm.self_tests and settings.self_tests,
        generator=arm.generator and settings.generator,
        split=arm.split and settings.split,
        resamples=min(arm.resamples, settings.resamples),
        think_more=min(arm.think_more, settings.think_more),
        repair_rounds=min(arm.repair_rounds, settings.repair_rounds),
    )
