"""Intervals and a test for shares, and for the difference of two shares on the same problems."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_Z = 1.959964
"""Two-sided 95 % of the normal distribution."""


def wilson(passed: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927)."""
    if total == 0:
        return 0.0, 1.0
    share, z2 = passed / total, _Z * _Z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def paired_difference(
    first: Sequence[bool], second: Sequence[bool], draws: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Share of ``second`` minus share of ``first``; 95 % interval of a paired bootstrap over problems."""
    gains = np.array(second, dtype=float) - np.array(first, dtype=float)
    picks = np.random.default_rng(seed).integers(0, len(gains), (draws, len(gains)))
    low, high = np.percentile(gains[picks].mean(1), (2.5, 97.5))
    return float(gains.mean()), float(low), float(high)


def mcnemar(lost: int, gained: int) -> float:
    """Two-sided p of the exact McNemar test: how likely chance splits so unevenly where two differ.

    ``lost`` are those that only the first got right, ``gained`` those that only the second did.
    """
    differing = lost + gained
    tail = sum(math.comb(differing, count) for count in range(min(lost, gained) + 1))
    return min(1.0, 2 * tail / 2**differing)
