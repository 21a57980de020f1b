"""Statistics over problems: intervals by bootstrap, ratios of means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

RESAMPLES = 4000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; the interval is None where there is nothing to vary."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> list[float | None]:
        """As a list, for JSON."""
        return [self.low, self.high]


def weights(problems: int, seed: int = 0, resamples: int = RESAMPLES) -> Numbers:
    """How often each problem is drawn in each bootstrap sample, divided by their number: rows add up to 1.

    The bootstrap draws problems, not candidates: candidates of one problem are not independent.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(problems, np.full(problems, 1 / problems), size=resamples)
    return drawn / problems


def estimate(of: Callable[[Numbers], Numbers], drawn: Numbers) -> Estimate:
    """A statistic and its percentile interval; ``of`` takes weights of problems, one row a sample."""
    problems = drawn.shape[1]
    value = float(of(np.full((1, problems), 1 / problems))[0])
    if problems < 2:
        return Estimate(value)
    spread = of(drawn)
    spread = spread[np.isfinite(spread)]
    if not len(spread):
        return Estimate(value)
    low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high))


def mean(values: Numbers) -> Callable[[Numbers], Numbers]:
    """The weighted mean, as a statistic."""
    return lambda rows: rows @ values


def ratio(above: Numbers, below: Numbers) -> Callable[[Numbers], Numbers]:
    """The ratio of two weighted means; not a number where the lower one is 0."""

    def of(rows: Numbers) -> Numbers:
        bottom = rows @ below
        safe = np.where(np.abs(bottom) > 1e-12, bottom, np.nan)
        result: Numbers = (rows @ above) / safe
        return result

    return of
