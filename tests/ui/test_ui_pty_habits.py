"""What is said to a real terminal: title, mouse; and the app without its screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui.settings import Settings
from atlas_tui.store.settings_shown import all_settings
from tests.ui.pty_app import LEAVE, QUIT, app, assert_clean

MOUSE = b"\x1b[?1000h"
TITLE = b"\x1b]2;Atlas TUI\x07"
F7, END, UP, DOWN = b"\x1b[18~", b"\x1b[F", b"\x1b[A", b"\x1b[B"


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_mouse_and_title_are_the_terminals_where_that_is_wanted(
    tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    monkeypatch.setenv("ATLAS_TUI_UI__MOUSE", wanted)
    monkeypatch.setenv("ATLAS_TUI_UI__TITLE", wanted)
    with app(tmp_path, tiny_gguf) as terminal:
        terminal.until(b"Commands")
        terminal.loaded()
        os.write(terminal.master, b"\x11")
        assert terminal.end() == 0
    assert (MOUSE in terminal.output) is (TITLE in terminal.output) is (wanted == "true")
    before, _, after = terminal.output.partition(LEAVE)
    assert (b"\x1b[23;2t" in before) is (wanted == "true") and b"\x1b[23;2t" not in after
    assert_clean(terminal.output)


@pytest.mark.slow
def test_the_mouse_is_given_away_and_taken_back_while_the_app_runs(tmp_path: Path, tiny_gguf: Path) -> None:
    with app(tmp_path, tiny_gguf, modern=True) as terminal:
        terminal.until(b"\x1b[?1016h")
        terminal.loaded()
        terminal.type(F7)
        terminal.until(b"qwen3-0.6b")
        terminal.type(b"2")
        terminal.until(b"kv_type")
        names = [one.name for one in all_settings(Settings())]
        terminal.type(END + (len(names) - 1 - names.index("ui.mouse")) * UP)
        told = terminal.until(b"Off leaves the mouse to the terminal")
        terminal.type(b"e")
        told = terminal.until(b"Enter takes it", after=told)
        terminal.type(DOWN + b"\r")
        # Before the new value is shown, a key would still be meant for the dialog.
        told = max(terminal.until(b"\x1b[?1016l", after=told), terminal.until(b"the file", after=told))
        assert b"\x1b[?1000l" in terminal.output[:told]
        terminal.type(b"e")
        told = terminal.until(b"Enter takes it", after=told)
        terminal.type(UP + b"\r")
        told = terminal.until(MOUSE, after=told)
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert b"\x1b[?1000l" in terminal.output[told:]
    assert_clean(terminal.output)


def test_plain_is_a_transcript_without_a_screen(tmp_path: Path, tiny_gguf: Path) -> None:
    (tmp_path / "problem.md").write_text("Print twice the number.\n")
    ran = subprocess.run(
        [sys.executable, "-m", "atlas_tui", "--plain", "problem.md", "--model", str(tiny_gguf)],
        cwd=tmp_path, capture_output=True, timeout=100, check=False,
    )  # fmt: skip
    assert ran.returncode in (3, 4), ran.stderr
    assert b"\x1b" not in ran.stdout + ran.stderr
    told = [line.split()[0] for line in ran.stderr.decode().splitlines() if line[:1].strip()]
    assert told[0] == "target" and "session" in told and told[-1] == "ended"


def test_plain_needs_a_problem(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "atlas_tui", "--plain"], cwd=tmp_path, capture_output=True, check=False
    )
    assert ran.returncode == 2 and b"name a file, or - for standard input" in ran.stderr


def test_the_app_runs_without_a_terminal_where_a_browser_shows_it(tmp_path: Path, tiny_gguf: Path) -> None:
    environment = {
        **os.environ, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "80", "ROWS": "24",
        "ATLAS_TUI_MODEL__PATH": str(tiny_gguf), "ATLAS_TUI_MODEL__THREADS": "1",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "atlas_tui"], cwd=tmp_path, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        shown = b""
        while b"Commands" not in shown:
            more = os.read(process.stdout.fileno(), 65536)
            assert more, shown[-2000:]
            shown += more
        assert shown.startswith(b"__GANGLION__\n")
        process.stdin.write(b"D" + (1).to_bytes(4, "big") + b"\x11")
        process.stdin.flush()
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0 and not errors
    finally:
        process.kill()
        process.wait()
