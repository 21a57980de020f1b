"""The lens that a run begins with: none is refused, and another one does not go on with the same folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.lensing import lens_for
from atlas_tui.bench.records import LensUsed, Recipe
from atlas_tui.engine.base import ModelInfo
from atlas_tui.errors import Refused
from atlas_tui.lens import weights
from atlas_tui.lens.learning import learn
from atlas_tui.lens.model import Identity
from atlas_tui.lens.teaching import path_of
from atlas_tui.problem import Problem
from atlas_tui.solver.prompting import prompt_hash
from atlas_tui.store.label import problem_id
from tests.bench.run_parts import doubling, header
from tests.lens.made import QUICK, SIZE, candidates

HERE = Identity(model="tiny", dimension=SIZE, pooling="generated-mean/answer", prompts=prompt_hash())
TASKS = (doubling("one"), doubling("two"))
INFO = ModelInfo(
    name="tiny", path="tiny.gguf", fingerprint="tiny", context=512, layers=1, gpu_layers=0, device="CPU",
    embedding_size=SIZE, size_bytes=1,
)  # fmt: skip


def test_a_run_without_a_lens_for_its_model_is_refused() -> None:
    with pytest.raises(Refused, match="none was trained for this model"):
        lens_for(TASKS, INFO)
    path = path_of(paths.lens_dir(), HERE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no weights")
    with pytest.raises(Refused, match="damaged"):
        lens_for(TASKS, INFO)


def test_a_lens_that_knows_a_problem_names_it() -> None:
    data = candidates(problems=40)
    asked = TASKS[1].asked
    assert isinstance(asked, Problem)
    known = problem_id(asked.statement)
    data = replace(data, problems=tuple(known if name == "p7" else name for name in data.problems))
    made = learn(data, HERE, replace(QUICK, folds=2, epochs=2)).lens
    assert made is not None
    weights.save(path_of(paths.lens_dir(), HERE), made)
    found = lens_for(TASKS[:1], INFO)
    assert (found.used.state, found.used.why) == (made.gate.state, made.gate.why)
    assert len(found.used.weights) == 64 and found.used.edges and len(found.used.cells) > 1
    with pytest.raises(Refused, match="trained on 1 problem of them, such as two"):
        lens_for(TASKS, INFO)


def test_another_lens_does_not_go_on_with_the_same_folder(tmp_path: Path) -> None:
    def of(lens: LensUsed | None) -> tuple[Recipe, ...]:
        return (Recipe(name="C", title="C", lens=lens),)

    closed = LensUsed(weights="ab" * 32, state="closed")
    RunFolder.create_or_resume(tmp_path / "run", header(conditions=of(closed))).close()
    assert RunFolder.open(tmp_path / "run").header.conditions[0].lens == closed
    opened = replace(closed, weights="cd" * 32, state="open")
    with pytest.raises(Refused, match="lens of C: 'closed, weights abababababab' there, 'open, weights cdcd"):
        RunFolder.create_or_resume(tmp_path / "run", header(conditions=of(opened)))
    with pytest.raises(Refused, match="'closed, weights abababababab' there, 'none' now"):
        RunFolder.create_or_resume(tmp_path / "run", header(conditions=of(None)))
