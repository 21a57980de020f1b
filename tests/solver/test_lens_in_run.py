"""The lens in a run on real parts: candidates are scored, labels kept, and training is its own process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from atlas_tui import events, paths
from atlas_tui.lens import cost, metric, projection, weights
from atlas_tui.lens.evidence_model import Logistic
from atlas_tui.lens.gate import Gate, GateState
from atlas_tui.lens.model import Identity, Lens
from atlas_tui.lens.teaching import path_of
from atlas_tui.lens.training import Member
from atlas_tui.settings import LensSettings
from atlas_tui.solver.learning import Learning
from atlas_tui.solver.prompting import prompt_hash
from atlas_tui.solver.runtime import Runtime
from atlas_tui.store import Labels, Store
from tests.conftest import reciter
from tests.lens.test_labelling import session
from tests.solver.test_walk import RIGHT, of, settings, walk


def put_lens(ready: events.CandidateReady, state: GateState) -> None:
    """A lens that was never trained, for what wrote this program."""
    found = ready.embedding
    assert found is not None
    identity = Identity(
        model=ready.model_hash, dimension=found.size, pooling=found.origin, prompts=ready.prompts
    )
    rows = np.random.default_rng(1).normal(size=(9, found.size)).astype(np.float32)
    calibration = Logistic(np.zeros(1), np.ones(1), np.array([1.0, 0.0, 0.0]))
    member = Member(projection.fit(rows), cost.fresh(found.size, (4,)))
    gate = Gate(state=state, why="A test says so.")
    plane = rows[:2].T.copy()
    seen = metric.Map(rows[0], plane, (-1.0, 1.0, -1.0, 1.0), ((0.5, None), (-0.5, 0.0)), 9)
    lens = Lens(identity=identity, members=(member,), calibration=calibration, gate=gate, map=seen)
    weights.save(path_of(paths.lens_dir(), identity), lens)


async def test_candidates_are_scored_where_there_is_a_lens_and_labels_are_kept(tmp_path: Path) -> None:
    opened = Runtime(settings(reciter([RIGHT]), plan=False, candidates=2), tmp_path)
    try:
        first = await walk(opened)
        ready = of(events.CandidateReady, first)[0]
        assert ready.model_hash and ready.prompts == prompt_hash()
        assert not of(events.LensScored, first), "there is none yet, and nothing is made up"
        labels = Labels(paths.labels())
        found = labels.read()
        labels.close()
        assert {each.program for each in found} == {f"{first[0].session}/{label}:0" for label in "AB"}
        assert ready.embedding and all(each.right and each.size == ready.embedding.size for each in found)
        put_lens(ready, "open")
        seen = await walk(opened)
        scored = of(events.LensScored, seen)
        assert sorted((each.candidate, each.round, each.state) for each in scored) == [
            ("A", 0, "open"), ("B", 0, "open"),
        ]  # fmt: skip
        (told,) = of(events.LensMapped, seen)
        assert seen.index(told) < seen.index(scored[0]) and told.candidates == 9
        assert all(each.place is not None for each in scored)
        reasons = {reason.rule: reason for reason in of(events.Chosen, seen)[-1].reasons}
        assert dict(reasons["lens"].scores) == {each.candidate: each.score for each in scored}
    finally:
        await opened.close()


async def test_unwanted_it_does_nothing(tmp_path: Path) -> None:
    off = LensSettings(enabled=False, train_after=1)
    opened = Runtime(settings(reciter([RIGHT])).model_copy(update={"lens": off}), tmp_path)
    try:
        assert opened._means.kit(1).lens is None
        await opened._learning.after_run(off)
        assert not paths.labels().exists()
    finally:
        await opened.close()


@pytest.fixture
def recorded() -> Path:
    """The file of a store with a session of three programs."""
    store = Store(paths.database())
    for event in session():
        store.append("s1", event)
    store.close()
    return paths.database()


async def test_enough_new_labels_start_a_training_and_closing_ends_it(recorded: Path) -> None:
    learning = Learning(recorded)
    await learning.after_run(LensSettings(train_after=4))
    assert learning._training is None, "three are not enough"
    paths.labels().unlink()
    await learning.after_run(LensSettings(train_after=3))
    training = learning._training
    assert training is not None
    await learning.close()
    assert training.returncode is not None


async def test_a_damaged_database_of_labels_is_nothing_to_the_run(
    recorded: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths.labels().write_bytes(b"no database" * 100)
    await Learning(recorded).after_run(LensSettings())
    assert "The database of labels is damaged" in caplog.text
