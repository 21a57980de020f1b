"""A lens that goes on from its last weights, and when it must be trained afresh instead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atlas_tui import paths
from atlas_tui.errors import Refused
from atlas_tui.lens import going_on, teaching, weights
from atlas_tui.lens.continual import Continued
from atlas_tui.lens.data import Data
from atlas_tui.lens.evaluation import auc
from atlas_tui.lens.learning import learn
from atlas_tui.lens.model import Lens, hashed
from atlas_tui.store import Labels
from tests.lens.made import IDENTITY, QUICK, candidates
from tests.lens.test_teaching import labelled

EVERY = candidates(problems=90)
OLD = EVERY.take(EVERY.groups < 60)


@pytest.fixture(scope="module")
def last() -> Lens:
    made = learn(OLD, IDENTITY, QUICK).lens
    assert made is not None
    return made


def how(data: Data, last: Lens) -> str:
    made = learn(data, IDENTITY, QUICK, last=last).lens
    assert made is not None
    return str(made.report["how"])


def test_no_field_is_judged_on_what_it_ever_saw(last: Lens, tmp_path: Path) -> None:
    weights.save(tmp_path / "lens.npz", last)
    kept = weights.load(tmp_path / "lens.npz", IDENTITY)
    assert kept.places == last.places and set(kept.places) == kept.trained_on
    held = going_on.go_on(kept, EVERY, QUICK, lambda fold, of, epoch: None)
    assert not isinstance(held, str)
    by_problem = dict(zip(EVERY.problems, held.place.tolist(), strict=True))
    assert all(last.places[hashed(problem)] == by_problem[problem] for problem in OLD.problems)
    assert len({tuple(np.flatnonzero(held.place == fold)) for fold in range(5)}) == 5
    sizes = np.bincount(held.place)
    assert sizes.min() > 0.6 * sizes.max(), "new problems are spread"


def test_it_goes_on_where_the_new_looks_like_the_old(last: Lens) -> None:
    learned = learn(EVERY, IDENTITY, QUICK, last=last)
    assert learned.lens is not None and learned.gate.opened
    new = EVERY.size - OLD.size
    assert learned.lens.report["how"] == f"going on from the last weights with {new} new candidates"
    fresh = candidates(problems=60, seed=4)
    assert auc(-learned.lens.score(fresh.vectors).energies, fresh.right) > 0.85


def test_what_was_deleted_since_is_still_known(last: Lens) -> None:
    fewer = EVERY.take(np.char.find(np.array(EVERY.problems), "p1") < 0)
    made = learn(fewer, IDENTITY, QUICK, last=last).lens
    assert made is not None and str(made.report["how"]).startswith("going on")
    with pytest.raises(Refused, match="trained on 1 problem of them, such as p11"):
        made.refuse_known(["p11"])
    assert made.places[hashed("p11")] == last.places[hashed("p11")]
    afresh = learn(fewer, IDENTITY, QUICK).lens
    assert afresh is not None and afresh.report["how"] == "afresh"
    afresh.refuse_known(["p11"])


def test_it_is_trained_afresh_where_going_on_is_not_sound(
    last: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = EVERY.vectors + np.where(EVERY.groups < 60, 0, 5)[:, None].astype(np.float32)
    assert how(replace(EVERY, vectors=moved), last) == (
        "afresh, for the new labels look otherwise than those before (drift)"
    )
    assert "there is no problem that it has not seen" in how(OLD, last)
    assert "do not tell which field saw which problem" in how(EVERY, replace(last, places={}))
    elsewhere = replace(EVERY, problems=tuple(f"new {problem}" for problem in EVERY.problems))
    assert "most labels are new" in how(elsewhere, last)
    assert "no field for each fold" in how(EVERY, replace(last, members=last.members[:1]))

    def forgets(member: object, *rest: object) -> Continued:
        return Continued(member=last.members[0], taken=False, before=0.9, after=0.6)

    monkeypatch.setattr(going_on.continual, "go_on", forgets)
    assert "forgotten too much of the old labels (AUC 0.90 before, 0.60 after)" in how(EVERY, last)


def test_it_is_done_only_when_it_is_asked_for() -> None:
    labels = Labels(paths.labels())
    labels.append(labelled(OLD))
    found = teaching.train(labels, paths.lens_dir(), IDENTITY, QUICK, go_on=True)
    assert found.lens is not None and found.lens.report["how"] == "afresh", "there is nothing to go on from"
    labels.append([each for each in labelled(EVERY) if each.problem not in OLD.problems])
    found = teaching.train(labels, paths.lens_dir(), IDENTITY, QUICK, go_on=True)
    labels.close()
    assert found.lens is not None and str(found.lens.report["how"]).startswith("going on")
    kept = weights.load(teaching.path_of(paths.lens_dir(), IDENTITY))
    assert kept.report["how"] == found.lens.report["how"]
