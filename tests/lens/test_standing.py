"""What is told of a lens: the same numbers in JSON, in words and among the checks of the machine."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui import paths, status
from atlas_tui.lens import gate, standing, teaching, weights
from atlas_tui.lens.learning import learn
from atlas_tui.lens.standing import Standing
from atlas_tui.lens.teaching import path_of, standings
from atlas_tui.settings import Settings
from atlas_tui.statistics import Estimate
from atlas_tui.store import Labels
from tests.lens.made import IDENTITY, QUICK, candidates
from tests.lens.test_teaching import labelled
from tests.test_hygiene import loaded_by

NUMBERS = Standing(
    identity=IDENTITY, labels=1240, problems=310, new=20, path=Path("/nowhere.npz"), trained_at=None,
    gate=gate.Gate(state="open", why="It beats chance.", gain=Estimate(0.081, 0.02, 0.14), tied=55),
    report={"lens": {"auc": 0.8, "inside": {"value": 0.71, "low": 0.66, "high": float("nan")}}},
)  # fmt: skip


def keep(problems: int = 3) -> None:
    labels = Labels(paths.labels())
    labels.append(labelled(candidates(problems=problems)))
    labels.close()


def said(settings: Settings | None = None) -> dict[str, str]:
    return {row.name: row.value for row in status.lens(settings or Settings())}


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    assert standing.numbers(NUMBERS) == (
        "AUC inside problems 0.710; gain over a random pick +8.1 points (+2.0 points to +14.0 points) "
        "in 55 ties; trained at an unknown time"
    )
    assert (
        standing.learned_from(NUMBERS)
        == "1240 labelled programs of 310 problems, 20 new since it was trained"
    )
    assert standing.numbers(replace(NUMBERS, report={})) == ""
    for odd in ({"lens": 3}, {"lens": {"inside": {}}}, {"x": 1}):
        assert standing.numbers(replace(NUMBERS, report=odd)).startswith("AUC inside problems unknown")
    found = json.loads(json.dumps(NUMBERS.as_json(), allow_nan=False))
    assert (found["auc"]["value"], found["auc"]["high"]) == (0.71, None)
    assert (found["problems"], found["trained_at"], found["weights"]) == (310, None, None)


def test_the_words_alone_load_no_numbers_library() -> None:
    assert "numpy" not in loaded_by("import atlas_tui.cli.lens_words")


def test_the_checks_of_a_machine_without_labels_and_with_too_few() -> None:
    assert said() == {"lens": "untrained: there are no labels with an embedding yet"}
    assert not paths.labels().exists(), "looking makes nothing"
    keep()
    rows = status.lens(Settings())
    assert [row.name for row in rows] == ["lens", "lens, labels", "lens, for"]
    assert (
        rows[0].value == "untrained: It was not trained yet." and rows[0].good and "lens train" in rows[0].fix
    )
    assert rows[1].value == "12 labelled programs of 3 problems"
    off = Settings(lens={"enabled": False})  # type: ignore[arg-type]
    assert said(off)["lens"].startswith("off: lens.enabled is false")


def test_a_trained_lens_is_told_with_its_numbers_from_one_source() -> None:
    made = learn(candidates(problems=60), IDENTITY, replace(QUICK, folds=2, epochs=3)).lens
    assert made is not None and made.trained_at is not None
    keep()
    weights.save(path_of(paths.lens_dir(), IDENTITY), made)
    labels = Labels(paths.labels())
    (found,) = standings(labels, paths.lens_dir())
    labels.close()
    shown = said()
    assert shown["lens"] == f"{made.gate.state}: {made.gate.why}"
    assert shown["lens, numbers"] == standing.numbers(found) and "trained 20" in shown["lens, numbers"]
    assert found.auc is not None and math.isclose(found.as_json()["auc"]["value"], found.auc["value"])
    assert found.as_json()["trained_at"] == made.trained_at
    paths.labels().unlink()
    assert said()["lens, labels"].startswith("0 labelled programs of 0 problems"), "the lens is still there"


def test_a_damaged_lens_and_a_damaged_database_can_be_better() -> None:
    keep()
    path_of(paths.lens_dir(), IDENTITY).parent.mkdir(parents=True, exist_ok=True)
    path_of(paths.lens_dir(), IDENTITY).write_bytes(b"no weights")
    first = status.lens(Settings())[0]
    assert not first.good and "damaged" in first.value and "lens train" in first.fix
    paths.labels().write_bytes(b"no database" * 100)
    (only,) = status.lens(Settings())
    assert not only.good and "damaged" in only.value


def test_of_many_lenses_the_first_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    monkeypatch.setattr(teaching, "standings", lambda labels, folder: [NUMBERS] * 5)
    rows = status.lens(Settings())
    assert [row.name for row in rows].count("lens") == status.MOST_LENSES
    assert rows[-1].value.startswith("3 more") and "lens status" in rows[-1].fix
