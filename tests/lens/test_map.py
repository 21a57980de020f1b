"""The map of the lens's space: where candidates lie on it, where energy is low, and how it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atlas_tui.errors import Refused
from atlas_tui.events import from_json, to_json
from atlas_tui.lens import metric, weights
from atlas_tui.lens.learning import learn
from atlas_tui.lens.metric import COLUMNS, ROWS
from atlas_tui.lens.model import Lens
from atlas_tui.lens.scorer import Scorer
from atlas_tui.lens.teaching import path_of
from tests.lens.made import IDENTITY, QUICK, SIZE, candidates
from tests.lens.test_teaching import ready

DATA = candidates(problems=60, signal=4.0)
ENERGIES = np.where(DATA.right, -1.0, 1.0)


@pytest.fixture(scope="module")
def lens() -> Lens:
    made = learn(DATA, IDENTITY, replace(QUICK, folds=2, epochs=4)).lens
    assert made is not None and made.map is not None
    return made


def test_candidates_lie_where_the_metric_has_them() -> None:
    found = metric.mapped(DATA, ENERGIES)
    np.testing.assert_allclose(found.place(DATA.vectors), metric.fit(DATA).map(DATA.vectors), atol=1e-4)
    assert found.directions.shape == (SIZE, 2) and found.candidates == DATA.size


def test_energy_is_low_on_the_side_of_the_right_ones() -> None:
    found = metric.mapped(DATA, ENERGIES)
    assert len(found.cells) == ROWS and {len(row) for row in found.cells} == {COLUMNS}
    left, right, bottom, top = found.edges
    places = found.place(DATA.vectors)
    inside = (places[:, 0] > left) & (places[:, 0] < right) & (places[:, 1] > bottom) & (places[:, 1] < top)
    assert inside.mean() > 0.9
    told = []
    for (x, y), energy in zip(places[inside], ENERGIES[inside], strict=True):
        value = found.cells[int((top - y) / (top - bottom) * ROWS)][
            int((x - left) / (right - left) * COLUMNS)
        ]
        assert value is not None, "where a candidate lies there is an energy"
        told.append(value * energy)
    assert np.mean(told) > 0.5, "right and wrong lie apart"


def test_damaged_energies_and_candidates_that_are_all_the_same_make_a_map_all_the_same() -> None:
    unknown = metric.mapped(DATA, np.full(DATA.size, np.nan))
    assert unknown.candidates == 0 and not any(value is not None for row in unknown.cells for value in row)
    same = metric.mapped(replace(DATA, vectors=np.ones_like(DATA.vectors)), ENERGIES)
    left, right, bottom, top = same.edges
    assert left < right and bottom < top and same.candidates == DATA.size


def test_it_is_kept_with_the_lens_and_told_to_a_run(lens: Lens, tmp_path: Path) -> None:
    assert lens.map is not None and lens.trained_at is not None
    weights.save(path_of(tmp_path, IDENTITY), lens)
    kept = weights.load(path_of(tmp_path, IDENTITY))
    assert kept.map is not None and kept.trained_at == lens.trained_at
    assert (kept.map.edges, kept.map.cells) == (lens.map.edges, lens.map.cells)
    scorer, one = Scorer(tmp_path), ready(DATA.vectors[0])
    told, said = scorer.mapped(one), scorer.score(one)
    assert told is not None and said is not None and from_json(to_json(told)) == told
    assert len(to_json(told)) < 4_000, "it stands in every session"
    assert (told.cells, told.left, told.top) == (lens.map.cells, lens.map.edges[0], lens.map.edges[3])
    where = lens.map.place(DATA.vectors[:1])[0]
    assert said.place == pytest.approx(tuple(where), abs=1e-2)
    assert scorer.mapped(ready(DATA.vectors[0], prompts="2")) is None


def test_a_file_of_an_earlier_version_has_no_map(lens: Lens, tmp_path: Path) -> None:
    weights.save(path_of(tmp_path, IDENTITY), replace(lens, map=None, trained_at=None))
    kept, scorer, one = weights.load(path_of(tmp_path, IDENTITY)), Scorer(tmp_path), ready(DATA.vectors[0])
    assert kept.map is None and kept.trained_at is None and scorer.mapped(one) is None
    said = scorer.score(one)
    assert said is not None and said.place is None


@pytest.mark.parametrize("change", ["edges", "cells", "directions"])
def test_a_map_that_cannot_be_is_refused(lens: Lens, tmp_path: Path, change: str) -> None:
    assert lens.map is not None
    spoiled = {
        "edges": replace(lens.map, edges=(1.0, 1.0, 0.0, 1.0)),
        "cells": replace(lens.map, cells=((float("inf"),),)),
        "directions": replace(lens.map, directions=lens.map.directions[:3]),
    }[change]
    weights.save(tmp_path / "lens.npz", replace(lens, map=spoiled))
    with pytest.raises(Refused, match="its map has"):
        weights.load(tmp_path / "lens.npz")


def test_what_a_session_of_an_earlier_version_said_is_still_read() -> None:
    line = '{"kind":"LensScored","at":1.0,"candidate":"A","subject":"candidate","state":"open","score":0.5}'
    found = from_json(line)
    assert found.kind == "LensScored" and found.place is None
    with pytest.raises(ValueError, match="not an event"):
        from_json(
            json.dumps({"kind": "LensMapped", "left": 0, "right": 1, "bottom": 0, "top": 1, "cells": 3})
        )
