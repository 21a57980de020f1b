"""What a score is worth among tied candidates, and when the gate opens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from atlas_tui.lens import gate as gates
from atlas_tui.lens.data import AGREEMENT, FEATURES, LOGPROB, SAMPLES, Data
from atlas_tui.lens.evaluation import auc, reliability
from atlas_tui.lens.selection import selection
from atlas_tui.statistics import Estimate
from tests.lens.made import candidates


def with_column(data: Data, name: str, values: np.ndarray) -> Data:
    features = data.features.copy()
    features[:, FEATURES.index(name)] = values
    return replace(data, features=features)


def perfect(data: Data) -> np.ndarray:
    return data.right.astype(np.float64)


def test_shares_of_a_small_table_by_hand() -> None:
    data = candidates(problems=3, each=4)
    data = replace(data, right=np.array([1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1], dtype=bool))
    # p0: two pass, one of them is right. p1: agreement leaves the third alone. p2: nothing is known.
    data = with_column(data, SAMPLES, np.array([1, 1, 0.5, 0, 1, 1, 1, 1, *[np.nan] * 4]))
    data = with_column(data, AGREEMENT, np.array([0.5] * 4 + [0.2, 0.2, 0.9, 0.2] + [np.nan] * 4))
    data = with_column(data, LOGPROB, np.array([-0.5, -0.1, 0, 0] + [-0.1] * 4 + [-0.9, -0.1, -0.1, np.nan]))
    found = selection(data, np.array([3.0, 2, 9, 9] + [0.0] * 4 + [5, 5, 1, 1]))
    assert (found.problems, found.tied, found.deciding) == (3, 2, 2)
    assert found.by_random.value == pytest.approx((0.5 + 0.75) / 2)
    assert found.by_logprob.value == pytest.approx((0 + 1) / 2)
    assert found.by_lens.value == pytest.approx((1 + 0.5) / 2)
    assert found.by_oracle.value == 1
    assert found.gain.value == pytest.approx(((1 - 0.5) + (0.5 - 0.75)) / 2)
    assert found.all_random.value == pytest.approx((0.25 + 0.5 + 0.75) / 3)
    assert found.all_agreement.value == pytest.approx((0.5 + 0 + 0.75) / 3)
    assert found.all_lens.value == pytest.approx((1 + 0 + 0.5) / 3)
    assert found.all_oracle.value == 1
    assert found.change.value == pytest.approx((1.5 - 1) / 3)


def test_a_score_that_knows_opens_the_gate() -> None:
    data = candidates()
    gate = gates.decide(selection(data, perfect(data)))
    assert gate.opened and gate.gain is not None and gate.gain.low is not None and gate.gain.low > 0
    assert gates.from_json(gate.as_json()) == gate


def test_ties_count_as_far_as_their_labels_are_believed() -> None:
    data = candidates()
    doubted = replace(data, trust=np.full(data.size, 0.1, dtype=np.float32))
    found = selection(doubted, perfect(data))
    assert found.deciding > gates.LEAST_DECIDING > found.believed
    assert found.believed == pytest.approx(found.deciding / 10, rel=1e-6)
    assert found.gain.value == pytest.approx(selection(data, perfect(data)).gain.value)
    gate = gates.decide(found)
    assert gate.state == "closed" and f"which count as {found.believed:.1f} by the trust" in gate.why
    believed = gates.decide(selection(data, perfect(data)))
    assert gates.again(believed, found) == believed, "too little to decide anew"


def test_what_is_hardly_believed_hardly_weighs() -> None:
    """The same score on problems that it gets right, and on doubtful ones that it gets wrong."""
    data = candidates(problems=80)
    first = data.groups < 40
    score = np.where(first, perfect(data), -perfect(data))
    trust = np.where(first, 1.0, 0.3).astype(np.float32)
    even, weighed = selection(data, score), selection(replace(data, trust=trust), score)
    assert abs(even.gain.value) < 0.1 < weighed.gain.value
    assert not gates.decide(even).opened and gates.decide(weighed).opened


def test_a_score_by_chance_does_not() -> None:
    """But for one in forty: that is what an interval of 95 % means."""
    opened = 0
    for seed in range(40):
        data = candidates(problems=60, seed=seed)
        gate = gates.decide(selection(data, np.random.default_rng(seed + 100).normal(size=data.size)))
        assert gate.opened or "not shown to beat chance" in gate.why
        opened += gate.opened
    assert opened <= 3


def test_it_needs_ties_where_the_pick_matters() -> None:
    data = candidates(problems=15)
    gate = gates.decide(selection(data, perfect(data)))
    assert gate.state == "closed" and "20 are needed" in gate.why
    told_apart = with_column(candidates(), AGREEMENT, np.arange(320))
    gate = gates.decide(selection(told_apart, perfect(told_apart)))
    assert gate.state == "closed" and gate.tied == 0


def test_it_must_not_cost_what_the_log_probability_gives() -> None:
    data = candidates()
    known = with_column(data, LOGPROB, perfect(data))
    noisy = perfect(data) + np.random.default_rng(1).normal(0, 0.8, data.size)
    assert gates.decide(selection(data, noisy)).opened
    gate = gates.decide(selection(known, noisy))
    assert gate.state == "closed" and "not the choice without it" in gate.why


def test_new_problems_close_it_again() -> None:
    data, fresh = candidates(), candidates(seed=9)
    opened = gates.decide(selection(data, perfect(data)))
    assert gates.again(opened, selection(fresh, perfect(fresh))).opened
    assert gates.again(opened, selection(fresh, -perfect(fresh))).state == "closed"
    few = candidates(problems=12, seed=9)
    assert gates.again(opened, selection(few, -perfect(few))).state == "closed"
    assert gates.again(opened, selection(few, np.zeros(few.size))) == opened
    assert gates.again(gates.untrained("no labels"), selection(fresh, perfect(fresh))).state == "untrained"


def test_a_gate_from_elsewhere_is_refused() -> None:
    for wrong in ({}, {"state": "ajar", "why": "", "tied": 0, "deciding": 0}):
        with pytest.raises(ValueError, match="gate"):
            gates.from_json(wrong)


def test_unknown_numbers_are_null() -> None:
    found = selection(candidates().take(np.arange(0)), np.zeros(0)).as_json()
    assert found["gain"] == {"value": None, "low": None, "high": None}
    gate = gates.untrained("no labels")
    assert gates.from_json(replace(gate, gain=Estimate(float("nan"))).as_json()).gain is not None


def test_auc_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(0)
    scores, right = rng.integers(0, 6, 50).astype(np.float64), rng.random(50) < 0.4
    pairs = scores[right][:, None] - scores[~right][None, :]
    assert auc(scores, right) == pytest.approx(np.mean((pairs > 0) + 0.5 * (pairs == 0)))
    assert np.isnan(auc(scores, np.ones(50, dtype=bool)))


def test_reliability_tells_what_came_of_what_was_told() -> None:
    found = reliability(np.array([0.05, 0.07, 0.95, 1.0]), np.array([False, True, True, True]))
    assert [(each.low, each.number, each.right) for each in found] == [(0.0, 2, 0.5), (0.9, 2, 1.0)]
    assert found[0].told == pytest.approx(0.06)
