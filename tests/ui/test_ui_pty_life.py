"""What a terminal goes through while the app is in it: crashes, closed windows, storms, slow lines."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from atlas_tui import paths
from atlas_tui.cli.exits import OUR_FAULT
from atlas_tui.events import RunEnded
from atlas_tui.store import Store
from tests.ui.pty_app import (
    ENTER,
    LEAVE,
    MODULE,
    QUIT,
    Terminal,
    app,
    assert_clean,
    assert_restored,
    environment,
    on_terminal,
)

RUN, STOP, F1 = b"\x12", b"\x1b", b"\x1bOP"
BROKEN = """
from atlas_tui.cli.main import main
from atlas_tui.ui.app import AtlasApp

def broken(self):
    raise RuntimeError("broken on purpose")

AtlasApp.action_help = broken
main()
"""
"""The app with a handler that raises."""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A folder of its own with a problem in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "problem.md").write_text("Print twice the number.\n")
    return folder


LONG = {"ATLAS_TUI_SOLVER__CODE_TOKENS": "16000"}
"""The random model writes until it may write no more."""


def streaming(terminal: Terminal) -> None:
    """Start a run, and wait until its candidates are written."""
    terminal.loaded()
    terminal.until(b"^R")
    terminal.type(RUN)
    terminal.until("▸ write".encode())


def test_a_crash_gives_the_terminal_back(problem: Path, tiny_gguf: Path) -> None:
    with app(problem, tiny_gguf, "problem.md", program=("-c", BROKEN), modern=True) as terminal:
        terminal.loaded()
        host = terminal.model_process
        terminal.type(F1)
        assert terminal.end() == OUR_FAULT
        assert not host.is_running()
    assert_restored(terminal.output)
    assert b"broken on purpose" in terminal.output.rpartition(LEAVE)[2], "what broke is told on the shell"


def test_a_terminal_that_knows_it_all_is_given_back_as_it_was(problem: Path, tiny_gguf: Path) -> None:
    with app(problem, tiny_gguf, "problem.md", modern=True) as terminal:
        terminal.until(b"\x1b[?2048h")
        terminal.until(b"\x1b[?2026h")
        terminal.loaded()
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert_clean(terminal.output)


def ends(terminal: Terminal, how: str) -> int:
    """End the app from outside; gives its exit status."""
    host = terminal.model_process
    if how == "closed terminal":
        terminal.hang_up()
    elif how == "crash":
        terminal.type(F1)
    else:
        terminal.process.send_signal(signal.SIGKILL if how == "killed" else signal.SIGTERM)
    status = terminal.end() if terminal.master >= 0 else terminal.process.wait(30)
    _, alive = psutil.wait_procs([host], timeout=10)
    assert not alive, "the model process outlived the app"
    return status


@pytest.mark.parametrize(
    "how",
    [
        "closed terminal",
        pytest.param("terminated", marks=pytest.mark.slow),
        "killed",
        pytest.param("crash", marks=pytest.mark.slow),
    ],
)
def test_a_run_that_nobody_stopped_is_offered_at_the_next_start(
    problem: Path, tiny_gguf: Path, how: str
) -> None:
    program = ("-c", BROKEN) if how == "crash" else MODULE
    around = environment(tiny_gguf, LONG)
    with on_terminal([sys.executable, *program, "problem.md"], problem, around) as terminal:
        streaming(terminal)
        status = ends(terminal, how)
        assert status == {"killed": -signal.SIGKILL, "crash": OUR_FAULT}.get(how, 0)
        if how == "terminated":
            assert_clean(terminal.output)
    store = Store(paths.database())
    (cut,) = store.cut_off(problem)
    store.close()
    assert not cut.outcome
    if how != "killed":
        return
    with app(problem, tiny_gguf) as terminal:
        terminal.until(b"a run was cut off")
        terminal.type(QUIT)
        terminal.end()


def test_the_model_process_is_killed_in_a_run(problem: Path, tiny_gguf: Path) -> None:
    with app(problem, tiny_gguf, "problem.md", more=LONG) as terminal:
        streaming(terminal)
        host = terminal.model_process
        for number in (1, 2):
            said_to = Path(f"/proc/{host.pid}/fd/{number}").readlink()
            assert str(said_to) != os.ttyname(terminal.slave), "noise has a way to the screen"
        host.send_signal(signal.SIGKILL)
        terminal.until(b"The model process died")
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert_clean(terminal.output)


def test_a_storm_of_sizes_while_it_streams(problem: Path, tiny_gguf: Path) -> None:
    """200 sizes within two seconds, down to one cell and back; at the end the last one is drawn."""
    with app(problem, tiny_gguf, "problem.md", more=LONG) as terminal:
        streaming(terminal)
        for number in range(200):
            step = abs(100 - number) / 100
            terminal.resize(1 + int(139 * step), 1 + int(39 * step))
            terminal.read(0.01)
        terminal.resize(100, 30)
        seen = len(terminal.output)
        # The last line of that height, and tokens that still come.
        terminal.until(b"\x1b[30;1H", after=seen)
        terminal.until(b"tokens/s", after=seen)
        terminal.type(STOP)
        terminal.until(b"cancelled", after=seen)
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert_clean(terminal.output)


def test_suspended_and_brought_back_by_a_shell(problem: Path, tiny_gguf: Path) -> None:
    shell = environment(tiny_gguf, {"PS1": "shell> ", "HISTFILE": ""})
    command = f"{sys.executable} -m atlas_tui problem.md\n".encode()
    with on_terminal(["bash", "--norc", "--noprofile", "--noediting", "-i"], problem, shell) as terminal:
        terminal.until(b"shell> ")
        terminal.type(command)
        terminal.loaded()
        terminal.type(b"\x1bOR")
        terminal.until(b"No run yet")
        terminal.type(b"\x1a")
        terminal.until(b"Stopped")
        assert_restored(terminal.output)
        terminal.type(b"echo as\\ before\n")
        terminal.until(b"as before")
        seen = len(terminal.output)
        terminal.type(b"fg\n")
        seen = terminal.until(ENTER, after=seen)
        terminal.until(b"No run yet", after=seen)
        terminal.until(b"\x1b]2;Atlas TUI", after=seen)
        terminal.type(QUIT)
        terminal.until(b"shell> ", after=seen)
        assert_restored(terminal.output)
        terminal.type(b"exit\n")
        assert terminal.end() == 0


def test_signals_from_outside_that_nobody_waited_for(problem: Path, tiny_gguf: Path) -> None:
    """Stopped and let go on by someone else, it was never suspended: it draws anew, and reads keys once."""
    with app(problem, tiny_gguf, "problem.md") as terminal:
        terminal.loaded()
        seen = len(terminal.output)
        for _ in range(3):
            terminal.process.send_signal(signal.SIGSTOP)
            terminal.process.send_signal(signal.SIGCONT)
            seen = terminal.until(b"Print twice", after=seen)
        terminal.type(b"\x1bOR")
        terminal.until(b"No run yet", after=seen)
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert_clean(terminal.output)


@pytest.mark.slow
def test_a_slow_line_and_one_that_stands_still(problem: Path, tiny_gguf: Path) -> None:
    """2 kB/s, as over a bad line, then nothing at all: the app goes on, Esc stops, nothing piles up."""
    with app(problem, tiny_gguf, "problem.md", more=LONG) as terminal:
        streaming(terminal)
        process = psutil.Process(terminal.process.pid)
        before = process.memory_info().rss
        for _ in range(30):
            terminal.read(0.0, most=200)
            time.sleep(0.1)
        time.sleep(3.0)
        terminal.type(STOP)
        stopped = time.monotonic()
        store = Store(paths.database())
        (session,) = store.search("")
        while not any(isinstance(event, RunEnded) for event in store.events(session.id)):
            assert time.monotonic() < stopped + 10, "nobody reads, and so nobody is heard"
            time.sleep(0.05)
        took = time.monotonic() - stopped
        store.close()
        assert took < 2.0
        assert process.memory_info().rss - before < 50 << 20
        terminal.until(b"cancelled")
        terminal.type(QUIT)
        assert terminal.end() == 0
    assert_clean(terminal.output)
