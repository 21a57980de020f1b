"""Candidates and written tests judge each other: scores of sets of programs that pass the same tests.

Neither programs nor tests are trusted. Programs that pass exactly the same tests form a set with these tests;
``CodeT`` prefers large sets that pass many tests, ``B4`` the set that most probably holds what is right. The
raw number of tests passed is no score here: a model's wrong tests are passed by its wrong programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lgamma, sqrt

import numpy as np
import numpy.typing as npt

Passes = npt.NDArray[np.bool_]
"""One row a candidate, one column a test: whether it passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """What is believed before anything is run: parameters of the beta distributions of ``b4``.

    The defaults say: a wrong program passes a wrong test seldom, of a right test nothing is known, and
    programs and tests are right more often than not. Scores change little over a factor of ten around them
    (docs/method.md).
    """

    wrong_on_wrong: tuple[float, float] = (1.0, 1e4)
    """Of the chance that a wrong program passes a wrong test."""
    wrong_on_right: tuple[float, float] = (1.0, 1.0)
    """Of the chance that a wrong program passes a right test."""
    programs: tuple[float, float] = (10.0, 1.0)
    """Of the share of right programs."""
    tests: tuple[float, float] = (10.0, 1.0)
    """Of the share of right tests."""


DEFAULT = Priors()


def codet(passes: Passes) -> npt.NDArray[np.float64]:
    """The score of each candidate: the square root of its set's size, times the tests that the set passes.

    Source: Chen et al., "CodeT: Code Generation with Generated Tests", 2022. The size counts by its root, as
    in the evaluation that accompanies the paper; each distinct test counts once.
    """
    scores = np.zeros(len(passes))
    for members in _sets(passes):
        scores[members] = sqrt(len(members)) * float(passes[members[0]].sum())
    return scores


def b4(passes: Passes, priors: Priors = DEFAULT) -> npt.NDArray[np.float64]:
    """The score of each candidate: the logarithm of the posterior of its set, up to a constant.

    Take the set's programs and tests for right, and all others for wrong. A right program passes the right
    tests and fails the wrong ones, for certain; a wrong program passes a right test with an unknown chance θ1
    and a wrong one with θ0; programs and tests are right with unknown chances θx and θy. With beta priors the
    unknown chances integrate out, and the posterior of the set is a product of four beta functions::

        B(a1 + p1, b1 + n1 - p1) · B(a0 + p0, b0 + n0 - p0)
            · B(ax + nx, bx + N - nx) · B(ay + ny, by + M - ny)

    with nx of N programs and ny of M tests in the set, and p1 of n1 passes of wrong programs on right tests,
    p0 of n0 on wrong ones. Computed with log-gamma, so that hundreds of programs and tests do not underflow.

    Source: Chen et al., "B4: Towards Optimal Assessment of Plausible Code Solutions with Plausible Tests",
    ASE 2024.
    """
    programs, tests = passes.shape
    passed = passes.sum(axis=0)
    scores = np.zeros(programs)
    for members in _sets(passes):
        right = passes[members[0]]
        others = passed - len(members) * right
        nx, ny = len(members), int(right.sum())
        p1, p0 = float(others[right].sum()), float(others[~right].sum())
        n1, n0 = (programs - nx) * ny, (programs - nx) * (tests - ny)
        scores[members] = (
            _log_beta(priors.wrong_on_right, p1, n1 - p1)
            + _log_beta(priors.wrong_on_wrong, p0, n0 - p0)
            + _log_beta(priors.programs, nx, programs - nx)
            + _log_beta(priors.tests, ny, tests - ny)
        )
    return scores


def _sets(passes: Passes) -> list[list[int]]:
    """Candidates that pass the same tests, as places."""
    sets: dict[bytes, list[int]] = {}
    for place, row in enumerate(passes):
        sets.setdefault(row.tobytes(), []).append(place)
    return list(sets.values())


def _log_beta(prior: tuple[float, float], yes: float, no: float) -> float:
    """log B(a + yes, b + no)."""
    a, b = prior[0] + yes, prior[1] + no
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def passing(tests: int, passed: Sequence[Sequence[int]]) -> Passes:
    """The matrix from the places of the tests that each candidate passed."""
    matrix = np.zeros((len(passed), tests), dtype=np.bool_)
    for row, places in enumerate(passed):
        matrix[row, list(places)] = True
    return matrix
