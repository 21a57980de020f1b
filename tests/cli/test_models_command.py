"""``atlas-tui models`` from outside, against a server that behaves like the hub."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from atlas_tui import paths, settings
from atlas_tui.cli import exits
from atlas_tui.cli.main import COMMANDS, app
from atlas_tui.engine import catalog
from atlas_tui.engine.catalog import Source
from atlas_tui.errors import AtlasError
from atlas_tui.settings import SettingsError
from atlas_tui.store.settings_file import set_key
from tests.engine.hub_server import FakeHub, in_place_of_the_hub

Ran = subprocess.CompletedProcess[str]
ONE = Source("maker/Tiny-GGUF", "tiny-Q8_0.gguf")
REFERENCE = catalog.named("qwen3-0.6b")


def from_outside(*arguments: str, **environment: str) -> Ran:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "atlas_tui", "models", *arguments],
        env=os.environ | environment, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip


def models(*arguments: str) -> Ran:
    """The command in this process, which is faster; errors end as they do from outside."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app(args=["models", *arguments], prog_name="atlas-tui")
        except AtlasError as error:
            err.write(f"atlas-tui: {error.one_line()}\n")
            code = exits.code_of(error)
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(arguments, code, out.getvalue(), err.getvalue())


def good(*arguments: str) -> Ran:
    ran = models(*arguments)
    assert ran.returncode == 0, ran.stderr
    return ran


def bad(code: int, *arguments: str) -> str:
    ran = models(*arguments)
    assert ran.returncode == code, (ran.stdout, ran.stderr)
    return ran.stderr.splitlines()[-1]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny_gguf: Path) -> Iterator[FakeHub]:
    with in_place_of_the_hub(monkeypatch) as server:
        assert REFERENCE is not None and REFERENCE.source is not None
        server.put(ONE.repo, ONE.file, tiny_gguf.read_bytes())
        server.put(REFERENCE.source.repo, REFERENCE.source.file, tiny_gguf.read_bytes())
        yield server


def row(name: str) -> dict[str, Any]:
    rows = {one["name"]: one for one in json.loads(good("list", "--json").stdout)}
    return rows[name]


def test_the_command_is_known() -> None:
    assert "models" in COMMANDS


def test_a_model_on_its_whole_way(hub: FakeHub) -> None:
    before = row("qwen3-0.6b")
    assert (before["state"], before["size_bytes"], before["fit"]) == ("not pulled", None, "unknown")
    assert row("bundled")["in_use"] and not before["in_use"]

    pulled = good("pull", "qwen3-0.6b")
    assert "licence Apache-2.0" in pulled.stderr and "checksum right" in pulled.stderr
    path = Path(pulled.stdout.strip())
    assert path.is_relative_to(paths.models_dir())
    assert "here already" in good("pull", "qwen3-0.6b").stderr

    good("use", "qwen3-0.6b")
    assert settings.load().model.path == "qwen3-0.6b"
    after = row("qwen3-0.6b")
    assert (after["state"], after["size_bytes"], after["in_use"]) == ("here", path.stat().st_size, True)
    assert "CPU" in after["fit"] and after["reasons"]
    assert not row("bundled")["in_use"]

    assert "✓ qwen3-0.6b" in good("verify").stdout
    assert bad(5, "rm", "qwen3-0.6b").endswith("add --yes to remove it") and path.exists()
    gone = good("rm", "qwen3-0.6b", "--yes").stdout
    assert "choose another" in gone and not path.exists()
    assert "not pulled yet" in bad(2, "fit")
    good("use", "bundled")
    assert settings.load().model.path == ""


def test_the_list_for_people(hub: FakeHub) -> None:
    good("pull", ONE.spec)
    lines = good("list").stdout.splitlines()
    assert any(line.startswith("* bundled") and "here" in line for line in lines)
    assert any(ONE.spec in line and " here " in line and "CPU" in line for line in lines)
    assert any("qwen3-14b" in line and "not pulled" in line and "unknown" in line for line in lines)


def test_the_list_names_what_is_paused_and_what_is_used_from_elsewhere(tiny_gguf: Path) -> None:
    partial = ONE.path.with_name(f"{ONE.file}.0123456789abcdef.part")
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"12")
    good("use", str(tiny_gguf))
    assert row(ONE.spec)["state"] == "paused"
    mine = row(str(tiny_gguf))
    assert mine["in_use"] and mine["size_bytes"] == tiny_gguf.stat().st_size and "CPU" in mine["fit"]


def test_a_model_that_cannot_be_loaded_is_listed_with_the_reason(hub: FakeHub) -> None:
    hub.put(ONE.repo, ONE.file, b"GGUF and no more")
    assert "but it cannot be used here: " in good("pull", ONE.spec).stderr
    assert row(ONE.spec)["fit"].startswith("does not fit: ")
    assert "GGUF" in bad(2, "use", ONE.spec) and not paths.config_file().exists()


def test_a_repository_without_a_file_shows_its_files(hub: FakeHub) -> None:
    hub.put(ONE.repo, "README.md", b"#")
    ran = models("pull", f"hf:{ONE.repo}")
    assert ran.returncode == 2 and ran.stdout.split()[-1] == ONE.file and "README" not in ran.stdout
    assert f"name one: `atlas-tui models pull hf:{ONE.repo}:FILE`" in ran.stderr
    assert not hub.fetches()


def test_what_cannot_be_pulled_is_one_line(hub: FakeHub, tiny_gguf: Path) -> None:
    assert "comes with the program" in bad(2, "pull", "bundled")
    assert "cannot be pulled" in bad(2, "pull", str(tiny_gguf))
    assert "no such file" in bad(2, "pull", f"hf:{ONE.repo}:other.gguf")
    assert "no such repository" in bad(2, "pull", "hf:nobody/Nothing")


def test_the_command_from_outside(hub: FakeHub) -> None:
    ran = from_outside("pull", ONE.spec)
    assert (ran.returncode, ran.stdout) == (0, f"{ONE.path}\n"), ran.stderr
    for variables in ({"HF_ENDPOINT": "http://127.0.0.1:9"}, {"HF_HUB_OFFLINE": "1"}):
        ran = from_outside("pull", "qwen3-14b", **variables)
        assert ran.returncode == 2 and len(ran.stderr.splitlines()) == 2, ran.stderr
    assert "HF_HUB_OFFLINE is set" in ran.stderr


def test_nothing_but_pull_uses_the_network(hub: FakeHub) -> None:
    good("list")
    good("info", "qwen3-14b")
    good("info", ONE.spec)
    good("fit")
    models("use", "qwen3-14b")
    models("verify", "qwen3-14b")
    assert not hub.requests


def test_verify_names_the_fault_and_the_way_out(hub: FakeHub) -> None:
    good("pull", ONE.spec)
    with ONE.path.open("r+b") as file:
        file.seek(1000)
        file.write(b"\xff\xff\xff")
    ran = models("verify", ONE.spec)
    assert ran.returncode == 3
    assert "has the checksum" in ran.stdout and f"models rm {ONE.spec}" in ran.stdout
    assert "not pulled" in bad(2, "verify", "qwen3-14b")


def test_only_pulled_models_are_removed(tiny_gguf: Path) -> None:
    assert "comes with the program" in bad(5, "rm", "bundled", "--yes")
    assert "no pulled model" in bad(5, "rm", str(tiny_gguf), "--yes") and tiny_gguf.exists()
    assert "is not here" in bad(2, "rm", "qwen3-14b", "--yes")


@pytest.mark.parametrize(("answer", "left"), [(b"y\n", False), (b"n\n", True)])
def test_rm_asks_a_person(hub: FakeHub, answer: bytes, left: bool) -> None:
    good("pull", ONE.spec)
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-m", "atlas_tui", "models", "rm", ONE.spec]
    ran = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    os.close(ours)
    os.close(theirs)
    assert f"Remove {ONE.spec}, " in ran.stderr
    assert ONE.path.exists() == left and ran.returncode == (5 if left else 0)


def test_info_tells_catalog_header_and_record(hub: FakeHub) -> None:
    good("pull", "qwen3-0.6b")
    told = json.loads(good("info", "qwen3-0.6b", "--json").stdout)
    assert told["catalog"]["licence"] == "Apache-2.0" and told["catalog"]["thinking"] == "hard"
    assert told["header"]["architecture"] == "qwen3" and told["header"]["chat template"] is True
    assert told["pulled"]["commit"] == hub.commit and len(told["pulled"]["sha256"]) == 64
    assert "unconfirmed" in good("info", "qwen2.5-coder-7b").stdout
    words = good("info", "qwen3-14b").stdout
    assert [line.split()[1] for line in words.splitlines() if line.startswith("size_bytes")] == ["unknown"]


def test_fit_tells_plan_and_reasons(tiny_gguf: Path) -> None:
    told = json.loads(good("fit", str(tiny_gguf), "--json").stdout)
    assert "CPU" in told["line"] and told["reasons"]
    assert good("fit", str(tiny_gguf)).stdout.splitlines()[0].split(":")[0] == told["line"].split(":")[0]


def test_use_says_when_the_environment_wins(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_MODEL__PATH", "/other.gguf")
    ran = good("use", str(tiny_gguf))
    assert "ATLAS_TUI_MODEL__PATH is set, and wins" in ran.stderr


def test_a_server_in_the_settings_is_what_is_in_use(tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_REMOTE__BASE_URL", "http://me:secret@there:8000/v1")
    listed = good("list").stdout
    assert [line.split()[1] for line in listed.splitlines()[:-1] if line[0] == "*"] == [
        "http://there:8000/v1"
    ]
    ran = good("use", str(tiny_gguf))
    assert "remote.base_url is http://there:8000/v1, and wins" in ran.stderr and "secret" not in ran.stderr


def test_use_writes_a_path_that_holds_in_any_folder(
    tiny_gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.gguf").write_bytes(tiny_gguf.read_bytes())
    monkeypatch.chdir(tmp_path)
    good("use", "mine.gguf")
    assert settings.load().model.path == str(tmp_path / "mine.gguf")
    assert "does not exist" in bad(2, "use", str(tmp_path / "none.gguf"))


# --- one key of the settings file

TEXT = '"""\n[model]\npath = "old"\n"""'
WRITTEN = [
    ("", '[model]\npath = "new"\n'),
    ("# mine\n[ui]\ntheme = 'x'  # kept\n", "# mine\n[ui]\ntheme = 'x'  # kept\n\n[model]\npath = \"new\"\n"),
    ("[model]\npath = 'old' # why\ncontext = 7\n", '[model]\npath = "new" # why\ncontext = 7\n'),
    ('[model] # m\ncontext = 7\n', '[model] # m\npath = "new"\ncontext = 7\n'),
    ("[model]", '[model]\npath = "new"\n'),
    ("model.path = 'old'\n[ui]\n", 'model.path = "new"\n[ui]\n'),
    ("model.context = 7\n[ui]\n", 'model.path = "new"\nmodel.context = 7\n[ui]\n'),
    ("model = { path = 'old', context = 7 }\n", 'model = { path = "new", context = 7 }\n'),
    ("model = { context = 7, path = 'old' }\n", 'model = { context = 7, path = "new" }\n'),
    ("model = { context = 7 }\n", 'model = { path = "new", context = 7 }\n'),
    ("model = {}\n", 'model = { path = "new" }\n'),
    ("[a]\npath = 'x'\n[model]\n'path' = 'old'\n", "[a]\npath = 'x'\n[model]\n'path' = \"new\"\n"),
    ("[model]\r\ncontext = 7\r\n", '[model]\r\npath = "new"\r\ncontext = 7\r\n'),
    ("[ui]\nx = 1", '[ui]\nx = 1\n\n[model]\npath = "new"\n'),
    (f"a = {TEXT}\n", f"a = {TEXT}\n\n[model]\npath = \"new\"\n"),
    ('[model]\npath = "new"\n', '[model]\npath = "new"\n'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), WRITTEN, ids=range(len(WRITTEN)))
def test_one_key_is_written_and_the_rest_stays(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(old.encode())
    set_key(file, "model", "path", "new")
    assert file.read_bytes().decode() == new


@pytest.mark.parametrize("value", ['a"b', "a\\b", "ä\u2028", "a\x7fb\tc", "C:\\new\\1", r"\g<1>", "'"])
def test_any_value_is_read_back_as_it_was(tmp_path: Path, value: str) -> None:
    file = tmp_path / "config.toml"
    for _ in range(2):
        set_key(file, "model", "path", value)
        assert tomllib.loads(file.read_text())["model"]["path"] == value


def test_a_file_that_cannot_be_edited_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    cases: list[tuple[str, Callable[[str], bool]]] = [
        ("[model\n", lambda line: "not valid TOML" in line),
        ("model = 3\n", lambda line: "not a group" in line),
        ('[model]\npath = """\nold"""\n', lambda line: 'path = "new"' in line),
    ]
    for text, told in cases:
        file.write_text(text)
        with pytest.raises(SettingsError) as caught:
            set_key(file, "model", "path", "new")
        assert told(caught.value.one_line())
        assert file.read_text() == text and list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_text("# mine\n")
    real.chmod(0o640)
    link.symlink_to(real)
    set_key(link, "model", "path", "new")
    assert link.is_symlink() and "new" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640
