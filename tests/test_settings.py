"""Settings: file, then environment, then flags; a bad value names its key and its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from atlas_tui import paths, settings
from atlas_tui.settings import SettingsError


def write(text: str | bytes) -> Path:
    file = paths.config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def message(flags: dict[str, dict[str, object]] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        settings.load(flags)
    assert "\n" not in caught.value.one_line()
    return str(caught.value)


def test_without_anything_the_defaults_hold() -> None:
    loaded = settings.load()
    assert loaded.model.path == ""
    assert loaded.solver.candidates == 3
    assert loaded.ui.theme == "atlas-dark"


def test_later_places_win_key_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[solver]\nseed = 1\ntop_k = 2\ntemperature = 0.1\n[model]\npath = '/a.gguf'\n")
    monkeypatch.setenv("ATLAS_TUI_SOLVER__SEED", "10")
    monkeypatch.setenv("ATLAS_TUI_SOLVER__TOP_K", "20")
    loaded = settings.load({"solver": {"seed": 100}})
    assert (loaded.solver.seed, loaded.solver.top_k, loaded.solver.temperature) == (100, 20, 0.1)
    assert (loaded.model.path, loaded.solver.candidates) == ("/a.gguf", 3)


def test_the_environment_is_read_in_any_case_of_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("atlas_tui_model__path", "/b.gguf")
    assert settings.load().model.path == "/b.gguf"


def test_a_dotenv_file_in_the_folder_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("ATLAS_TUI_SOLVER__SEED=77\n")
    assert settings.load().solver.seed == 0


BAD = {
    "solver.seed": '"x"',
    "solver.candidates": "4",
    "solver.temperature": "inf",
    "solver.top_p": "0",
    "solver.repair_rounds": "1.5",
    "model.path": "1",
    "model.context": "-1",
    "model.gpu_layers": "-2",
    "sandbox.tier": '"none"',
    "sandbox.cpu_seconds": "nan",
    "sandbox.memory_mb": "1",
    "ui.theme": "[]",
    "solver.unknown": "1",
}


@pytest.mark.parametrize("key", BAD)
def test_a_bad_value_in_the_file_names_key_and_file(key: str) -> None:
    group, name = key.split(".")
    file = write(f"[{group}]\n{name} = {BAD[key]}\n")
    found = message()
    assert found.startswith(f"setting {key} in {file}: ")
    assert found.endswith(")") and "(is " in found


def test_a_bad_value_in_the_environment_names_key_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[solver]\nseed = 5\n")
    monkeypatch.setenv("ATLAS_TUI_SOLVER__SEED", "many")
    found = message()
    assert found.startswith("setting solver.seed in ATLAS_TUI_SOLVER__SEED: ")
    assert found.endswith("(is 'many')")


def test_a_bad_flag_names_key_and_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER__SEED", "5")
    found = message({"solver": {"seed": -1}})
    assert found.startswith("setting solver.seed on the command line: ")


@pytest.mark.parametrize("text", ["unknown = 1\n", "[unknown]\na = 1\n", "solver = 3\n"])
def test_an_unknown_group_is_named(text: str) -> None:
    file = write(text)
    assert message().startswith(f"setting {text.split('=')[0].strip('[] ').split(']')[0]} in {file}: ")


@pytest.mark.parametrize("text", ["[solver\n", "a = \n", b"\xff\xfe\0", "[a]\n[a]\n"])
def test_a_file_that_is_no_toml_is_named(text: str | bytes) -> None:
    file = write(text)
    assert message().startswith(f"{file} is not valid TOML: ")


def test_a_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER", "{bad")
    assert message() == "ATLAS_TUI_SOLVER is not valid JSON"


def test_a_bad_value_in_a_variable_of_a_whole_group_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER", '{"seed": "q"}')
    assert message().startswith("setting solver.seed in ATLAS_TUI_SOLVER: ")


def test_a_single_stage_has_its_limits_from_file_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[solver.stage_limits]\nplan = {tokens = 100}\nrepair = {seconds = 5}\n")
    monkeypatch.setenv("ATLAS_TUI_SOLVER__STAGE_LIMITS__PLAN__SECONDS", "7.5")
    limits = settings.load().solver.stage_limits
    assert {name: (each.tokens, each.seconds) for name, each in limits.items()} == {
        "plan": (100, 7.5),
        "repair": (None, 5.0),
    }
    assert settings.SolverSettings().stage_limits == {}


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("plann = {tokens = 1}", "plann", "observe|plan|generate|evidence|repair"),
        ("choose = {tokens = 1}", "choose", "observe|plan|generate|evidence|repair"),
        ("plan = {tokens = -1}", "plan.tokens", "greater than or equal to 0"),
        ("plan = {token = 1}", "plan.token", "not permitted"),
        ("plan = 3", "plan", "(is 3)"),
    ],
)
def test_a_bad_limit_of_a_stage_names_its_whole_key(text: str, key: str, words: str) -> None:
    file = write(f"[solver.stage_limits]\n{text}\n")
    found = message()
    assert found.startswith(f"setting solver.stage_limits.{key} in {file}: ") and words in found


def test_a_bad_limit_in_the_environment_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER__STAGE_LIMITS__PLAN__TOKENS", "few")
    assert message().startswith(
        "setting solver.stage_limits.plan.tokens in ATLAS_TUI_SOLVER__STAGE_LIMITS__PLAN__TOKENS: "
    )


def test_a_misspelt_group_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVR__SEED", "1")
    found = message()
    assert "ATLAS_TUI_SOLVR__SEED" in found and "solver" in found


def test_a_folder_in_place_of_the_file_is_named() -> None:
    paths.config_file().mkdir(parents=True)
    assert message() == f"{paths.config_file()} is a folder, not a file of settings"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_named() -> None:
    file = write("[solver]\nseed = 1\n")
    file.chmod(0)
    assert message() == f"{file} cannot be read: Permission denied"


def test_settings_cannot_be_changed() -> None:
    loaded = settings.load()
    with pytest.raises(ValidationError):
        loaded.solver.seed = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        loaded.solver = settings.SolverSettings()  # type: ignore[misc]


def test_one_variable_moves_all_files(atlas_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [paths.config_file(), paths.database(), paths.journal_dir(), paths.log_dir(), paths.data_dir()]
    assert all(place.is_relative_to(atlas_home) for place in places)
    assert len(set(places)) == len(places)
    monkeypatch.setenv("ATLAS_TUI_HOME", "~/elsewhere")
    assert paths.config_dir() == Path.home() / "elsewhere" / "config"
    monkeypatch.delenv("ATLAS_TUI_HOME")
    assert paths.config_dir().name == "atlas-tui"


def test_a_private_folder_is_the_owners_alone(tmp_path: Path) -> None:
    folder = paths.private(tmp_path / "a" / "b")
    assert folder.is_dir() and folder.stat().st_mode & 0o077 == 0
    assert paths.private(folder) == folder
