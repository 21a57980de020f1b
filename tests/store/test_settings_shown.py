"""Every setting is explained, can be read from what a person types, and is written where it belongs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from atlas_tui import paths, settings
from atlas_tui.settings import Settings, SettingsError, with_value
from atlas_tui.store.settings_file import set_key
from atlas_tui.store.settings_shown import Setting, all_settings, parse, shown, to_write


def one(name: str, now: Settings | None = None) -> Setting:
    return next(row for row in all_settings(now or settings.load()) if row.name == name)


def test_every_setting_has_a_line_and_a_kind() -> None:
    rows = all_settings(Settings())
    assert {row.group for row in rows} == set(Settings.model_fields)
    for row in rows:
        assert row.doc and "\n" not in row.doc, row.name
        assert row.origin == "default" and row.value == row.default, row.name


def test_choices_and_bounds_come_from_the_rules() -> None:
    assert one("model.kv_type").choices == ("auto", "f16", "q8_0", "q4_0")
    assert one("solver.arm").choices == tuple("ABCDE")
    assert one("solver.plan").choices == ("yes", "no")
    assert one("solver.candidates").bounds == "at least 1, at most 3"
    assert one("solver.temperature").optional and not one("solver.seed").optional


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("solver.seed", " 7 ", 7),
        ("solver.most_tokens", "200,000", 200_000),
        ("solver.temperature", "0.5", 0.5),
        ("solver.temperature", "unset", None),
        ("solver.plan", "No", False),
        ("model.path", "~/a b.gguf", "~/a b.gguf"),
        ("solver.stage_limits", "{ plan = { tokens = 5 } }", {"plan": {"tokens": 5}}),
    ],
)
def test_what_is_typed_is_read_checked_and_written(name: str, typed: str, value: object) -> None:
    setting = one(name)
    assert parse(setting, typed) == value
    fresh = with_value(settings.load(), setting.group, setting.key, value)
    set_key(paths.config_file(), setting.group, setting.key, to_write(fresh, setting))
    assert settings.load() == fresh
    assert one(name).origin == ("the file" if value is not None else "default")
    assert parse(one(name), shown(one(name).value)) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [("solver.seed", "many"), ("solver.plan", "perhaps"), ("solver.candidates", "4"), ("solver.arm", "Z"),
     ("solver.stage_limits", "{ lunch = {} }")],
)  # fmt: skip
def test_what_cannot_be_is_told_with_the_key(name: str, typed: str) -> None:
    setting = one(name)
    with pytest.raises(SettingsError, match=name):
        with_value(Settings(), setting.group, setting.key, parse(setting, typed))


def test_the_environment_wins_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER__SEED", "3")
    row = one("solver.seed")
    assert row.from_environment and row.origin == "ATLAS_TUI_SOLVER__SEED" and row.value == 3
    flagged = one("solver.candidates", settings.load({"solver": {"candidates": 2}}))
    assert flagged.origin == "the command line"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (
            "[solver] # mine\nseed = 3 # why\nplan = true\n",
            5,
            "[solver] # mine\nseed = 5 # why\nplan = true\n",
        ),
        ("[solver]\nseed = 3\nplan = true\n", None, "[solver]\nplan = true\n"),
        ("solver = { seed = 3, plan = true }\n", None, "solver = { plan = true }\n"),
        ("solver = { plan = true, seed = 3 }\n", None, "solver = { plan = true }\n"),
        ("solver.seed = 3\n# end\n", None, "# end\n"),
        ("# nothing\n", None, "# nothing\n"),
    ],
)
def test_other_lines_and_comments_stay(tmp_path: Path, before: str, value: int | None, after: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(before)
    set_key(file, "solver", "seed", value)
    assert file.read_text() == after
    tomllib.loads(after)
