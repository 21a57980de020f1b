"""Conditions by name and by file, and the one that is run twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.bench.conditions import choose
from atlas_tui.errors import InputError
from atlas_tui.settings import SolverSettings

BASE = SolverSettings(seed=7, temperature=0.3)


def test_the_arms_are_there_and_one_is_repeated() -> None:
    every = choose("", BASE)
    assert [one.name for one in every] == ["A", "B", "B again", "C", "D", "E"]
    assert [one.settings.arm for one in every] == ["A", "B", "B", "C", "D", "E"]
    assert {one.settings.temperature for one in every} == {0.3}, (
        "what a condition does not say is the person's"
    )
    assert [one.name for one in choose("A,E", BASE)] == ["A", "E", "E again"], (
        "of one program there is no choice"
    )
    assert [one.name for one in choose(" A ", BASE)] == ["A", "A again"]
    assert [one.name for one in choose("A,B", BASE, again="A")] == ["A", "A again", "B"]


def test_a_problem_has_one_seed_under_all_conditions_but_the_repeated_one() -> None:
    first, second, again, *_ = choose("", BASE)
    assert first.seed(1, "p/1") == second.seed(1, "p/1") != again.seed(1, "p/1")
    assert first.seed(1, "p/1") != first.seed(2, "p/1") != first.seed(2, "p/2")
    assert again.recipe.again and again.recipe.of == "B" and not second.recipe.again


def test_the_lens_is_used_only_where_that_is_said(tmp_path: Path) -> None:
    assert not any(one.lens for one in choose("", BASE))
    assert all(one.lens for one in choose("", BASE, lens=True))
    file = tmp_path / "more.toml"
    file.write_text('[conditions.C-lens]\narm = "C"\nlens = true\n')
    found = choose("C,C-lens", BASE, file, again="C-lens")
    assert [(one.name, one.lens) for one in found] == [
        ("C", False), ("C-lens", True), ("C-lens again", True),
    ]  # fmt: skip
    assert found[1].settings == found[0].settings, "it is no setting of the solver"


def test_seconds_end_nothing_unless_a_condition_says_so(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text('[conditions.quick]\narm = "B"\nmost_seconds = 20\n')
    quick, plain = choose("quick,B", BASE, file)[0], choose("B", BASE)[0]
    assert (quick.settings.most_seconds, plain.settings.most_seconds) == (20, 0)
    assert plain.settings.stage_seconds == 0


def test_a_file_names_more(tmp_path: Path) -> None:
    file = tmp_path / "more.toml"
    file.write_text(
        'again = "B-hot"\n[conditions.B-hot]\ntitle = "hotter"\narm = "B"\ntemperature = 1.0\n'
        "[conditions.small]\ncandidates = 2\n"
    )
    assert [one.name for one in choose("B,B-hot", BASE, file)] == ["B", "B-hot", "B-hot again"]
    hot, small = choose("B-hot,small", BASE, file)[0], choose("small", BASE, file, again="small")[0]
    assert (hot.title, hot.settings.temperature, hot.settings.arm) == ("hotter", 1.0, "B")
    assert (small.title, small.settings.candidates, small.settings.arm) == ("small", 2, BASE.arm)
    assert hot.recipe.settings["temperature"] == 1.0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[conditions.A]\n", "A is an arm"),
        ("[conditions.x]\nheat = 1\n", "heat"),
        ("[conditions.x]\ncandidates = 9\n", "candidates"),
        ("[conditions.x]\nseed = 9\n", "same seeds"),
        ('[conditions.x]\nlens = "yes"\n', "lens of x is neither true nor false"),
        ('[conditions."a,b"]\n', "cannot be called"),
        ('[conditions."x again"]\n', "cannot be called"),
        ("conditions = 3\n", "no table"),
        ("[condition.x]\n", "'condition' is unknown"),
        ("[conditions.x\n", "not valid TOML"),
        ('again = "Z"\n', "No condition is called 'Z'"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "more.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=told):
        choose("", BASE, file)


def test_an_unknown_name_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'F'"):
        choose("A,F", BASE)
    with pytest.raises(InputError, match="'C'"):
        choose("A,B", BASE, again="C")
    with pytest.raises(InputError, match="cannot be read"):
        choose("A", BASE, tmp_path / "none.toml")
