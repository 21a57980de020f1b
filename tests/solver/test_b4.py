"""Programs and written tests that judge each other."""

from __future__ import annotations

from itertools import product
from math import exp, isfinite, sqrt

import numpy as np
import pytest

from atlas_tui.solver.b4 import Priors, b4, codet, passing


def test_codet_is_the_root_of_the_sets_size_times_the_tests_passed() -> None:
    passes = passing(4, [(0, 1, 2), (0, 1, 2), (3,), ()])
    assert codet(passes).tolist() == pytest.approx([sqrt(2) * 3, sqrt(2) * 3, 1.0, 0.0])


def test_b4_is_the_posterior_of_the_model_it_names() -> None:
    """Against the same integral, taken by summing over a fine grid of the four unknown chances."""
    priors = Priors(
        wrong_on_wrong=(1.0, 4.0), wrong_on_right=(2.0, 2.0), programs=(3.0, 1.0), tests=(2.0, 1.0)
    )
    passes = passing(3, [(0, 1), (0, 1), (0,), (2,)])
    score = b4(passes, priors)
    assert score[0] == score[1]
    by_hand = [_posterior(passes, members, priors) for members in ([0, 1], [2], [3])]
    ours = [exp(score[place] - score[0]) for place in (0, 2, 3)]
    assert ours == pytest.approx([value / by_hand[0] for value in by_hand], rel=2e-3)


def _posterior(passes: np.ndarray, members: list[int], priors: Priors) -> float:
    programs, tests = passes.shape
    right = passes[members[0]]
    grid = (np.arange(4000) + 0.5) / 4000
    total = 1.0
    for prior, outcomes in (
        (priors.wrong_on_right, [passes[i, j] for i, j in _pairs(programs, tests, members, right)]),
        (priors.wrong_on_wrong, [passes[i, j] for i, j in _pairs(programs, tests, members, ~right)]),
        (priors.programs, [place in members for place in range(programs)]),
        (priors.tests, right.tolist()),
    ):
        yes, no = sum(map(bool, outcomes)), sum(not outcome for outcome in outcomes)
        total *= float((grid ** (prior[0] - 1 + yes) * (1 - grid) ** (prior[1] - 1 + no)).mean())
    return total


def _pairs(programs: int, tests: int, members: list[int], which: np.ndarray) -> list[tuple[int, int]]:
    return [(i, j) for i, j in product(range(programs), range(tests)) if i not in members and which[j]]


def test_b4_sees_what_the_raw_number_of_tests_passed_does_not() -> None:
    """A program that nobody agrees with passes the most tests; its tests are its own."""
    right = [tuple(range(6))] * 3
    wrong = [tuple(range(6, 15)), (0, 1), (0, 2, 5), (3,)]
    passes = passing(15, [*right, *wrong])
    assert int(np.argmax(passes.sum(axis=1))) == 3
    assert int(np.argmax(b4(passes))) in (0, 1, 2)


def test_hundreds_of_programs_and_tests_neither_underflow_nor_tie() -> None:
    rng = np.random.default_rng(1)
    passes = rng.random((300, 900)) < 0.3
    scores = b4(passes)
    assert all(isfinite(score) for score in scores)
    assert len(set(np.round(scores, 6))) > 100


def test_no_tests_and_no_programs_score_nothing() -> None:
    assert codet(passing(0, [(), ()])).tolist() == [0.0, 0.0]
    assert len(b4(passing(3, []))) == 0
    same = b4(passing(0, [(), ()]))
    assert same[0] == same[1]
