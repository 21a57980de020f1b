"""The command line without a model: arguments, exit codes, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui.cli import exits
from atlas_tui.cli.main import with_default_command
from atlas_tui.cli.open import open_app
from atlas_tui.cli.plain import plain
from atlas_tui.engine.base import ContextTooSmall, EngineError, ModelDied, ModelLoadError
from atlas_tui.errors import AtlasError, InputError, Refused


def atlas(
    *arguments: str, home: Path, cwd: Path | None = None, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run ``atlas-tui`` with its own settings and state folder."""
    return subprocess.run(
        [sys.executable, "-m", "atlas_tui", *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd or home,
        env=os.environ | {"ATLAS_TUI_HOME": str(home / "atlas")} | environment,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["open"]),
        (["problem.md"], ["open", "problem.md"]),
        (["-"], ["open", "-"]),
        (["--model", "m.gguf", "p.md"], ["open", "--model", "m.gguf", "p.md"]),
        (["solve", "p.md"], ["solve", "p.md"]),
        (["--version"], ["--version"]),
    ],
)
def test_a_file_alone_opens_the_app(given: list[str], meant: list[str]) -> None:
    assert with_default_command(given) == meant


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("x"), 2),
        (Refused("x"), 5),
        (ModelLoadError("x"), 2),
        (ContextTooSmall(10, 5), 2),
        (ModelDied("x", "log"), 70),
        (EngineError("x"), 70),
        (AtlasError("x"), 2),
    ],
)
def test_exit_codes_of_errors(error: AtlasError, code: int) -> None:
    assert exits.code_of(error) == code


def test_text_of_programs_cannot_reach_the_terminal() -> None:
    shown = plain("a\x1b]52;c;AAAA\x07b\x9b2J\u202ec\x00\nd\te\r\udcff")
    assert shown == "a\\u001b]52;c;AAAA\\u0007b\\u009b2J\\u202ec\\u0000\nd\te\\u000d\\udcff"
    assert plain("\u061c\u3164\U000e0041") == "\\u061c\\u3164\\U000e0041", "as many kinds as the app marks"


def test_a_folder_name_that_is_not_utf_8_is_one_line_and_in_the_log(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    ran = atlas("undo", home=tmp_path, cwd=folder)
    assert ran.returncode == 5 and len(ran.stderr.splitlines()) == 1, ran.stderr
    logs = [path.read_text() for path in (tmp_path / "atlas").rglob("atlas-tui.log")]
    assert "nothing to undo" in "".join(logs)


def test_version_and_help(tmp_path: Path) -> None:
    version = atlas("--version", home=tmp_path)
    assert version.returncode == 0 and version.stdout.startswith(b"atlas-tui ")
    shown = atlas("--help", home=tmp_path)
    assert shown.returncode == 0
    names = (b"solve", b"sessions", b"diff", b"apply", b"undo", b"redo", b"doctor")
    assert all(name in shown.stdout for name in names)


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.md", b"", b"empty"),
        ("blank.md", b" \n\t\n", b"empty"),
        ("binary.md", bytes(range(256)) * 8, b"text"),
        ("huge.md", b"word " * 1_100_000, b"large"),
    ],
)
def test_unusable_problems_are_told_in_one_line(
    tmp_path: Path, name: str, content: bytes, word: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    ran = atlas("solve", name, home=tmp_path)
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert ran.stderr.count(b"\n") == 1 and ran.stderr.startswith(b"atlas-tui: ")
    assert word in ran.stderr.lower(), ran.stderr


@pytest.mark.parametrize("name", ["missing.md", "folder"])
def test_a_problem_that_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    ran = atlas("solve", name, home=tmp_path)
    assert ran.returncode == 2 and name.encode() in ran.stderr


def test_an_empty_pipe_is_an_empty_problem(tmp_path: Path) -> None:
    ran = atlas("solve", "-", home=tmp_path)
    assert ran.returncode == 2 and b"empty" in ran.stderr


def test_bad_usage(tmp_path: Path) -> None:
    assert atlas("solve", home=tmp_path).returncode == 2
    assert atlas("solve", "--no-such-option", "x", home=tmp_path).returncode == 2
    (tmp_path / "p.md").write_text("Print 1.")
    ran = atlas("solve", "p.md", "--whole", home=tmp_path)
    assert ran.returncode == 2 and b"--apply" in ran.stderr


def test_a_bad_setting_names_its_place(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text("Print 1.")
    ran = atlas("solve", "p.md", home=tmp_path, ATLAS_TUI_MODEL__CONTEXT="many")
    assert ran.returncode == 2
    assert b"model.context" in ran.stderr and b"ATLAS_TUI_MODEL__CONTEXT" in ran.stderr


@pytest.mark.parametrize("target", ["p.md/solution.py", "folder", "../outside.py", ".git/config"])
def test_an_unusable_target_is_told_before_any_work(tmp_path: Path, target: str) -> None:
    home, tree = tmp_path / "home", tmp_path / "tree"
    home.mkdir()
    (tree / "folder").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    (tree / "p.md").write_text("Print 1.")
    ran = atlas("solve", "p.md", "--target", target, "--apply", home=home, cwd=tree)
    assert ran.returncode in (2, 5)
    assert ran.stderr.count(b"\n") == 1


def test_the_app_needs_a_terminal(tmp_path: Path) -> None:
    ran = atlas(home=tmp_path)
    assert ran.returncode == 2 and b"terminal" in ran.stderr


def test_a_target_that_needs_a_yes_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text("Print 1.")
    ran = atlas("solve", "p.md", "--target", "Makefile", "--apply", home=tmp_path)
    assert ran.returncode == 5 and ran.stderr.count(b"\n") == 1
    assert not (tmp_path / "Makefile").exists()


@pytest.mark.parametrize(("broke", "code"), [(1, 70), (0, 0)])
def test_an_app_that_breaks_is_our_fault(monkeypatch: pytest.MonkeyPatch, broke: int, code: int) -> None:
    class App:
        return_code = broke

        def __init__(self, *_: object, **__: object) -> None:
            return None

        def run(self, *, mouse: bool) -> None:
            return None

    monkeypatch.setattr("atlas_tui.ui.app.AtlasApp", App)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    with pytest.raises(SystemExit) as ended:
        open_app()
    assert ended.value.code == code


def test_sessions_of_a_fresh_machine(tmp_path: Path) -> None:
    listed = atlas("sessions", "list", home=tmp_path)
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, b"", b"no sessions yet\n")
    missing = atlas("sessions", "show", "nothing", home=tmp_path)
    assert missing.returncode == 2 and b"nothing" in missing.stderr


def test_undo_with_nothing_to_undo(tmp_path: Path) -> None:
    ran = atlas("undo", home=tmp_path)
    assert ran.returncode == 5 and ran.stderr.count(b"\n") == 1


def test_doctor_as_json(tmp_path: Path) -> None:
    ran = atlas("doctor", "--json", home=tmp_path)
    rows = json.loads(ran.stdout)
    names = {row["name"] for row in rows}
    assert {"version", "model", "isolation", "llama.cpp", "working tree"} <= names
    assert all(row["value"] for row in rows)
