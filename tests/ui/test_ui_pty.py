"""The app as a person starts it: in a terminal, which is as it was when it ends."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """A process on a pseudo terminal, and everything it wrote."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process, self.master, self.output = process, master, b""

    def read(self, seconds: float) -> bytes:
        if select.select([self.master], [], [], seconds)[0]:
            # An error says that the last process on the terminal is gone.
            with suppress(OSError):
                self.output += os.read(self.master, 65536)
        return self.output

    def until(self, words: bytes, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while words not in self.read(0.1):
            assert time.monotonic() < end, self.output[-2000:]
            assert self.process.poll() is None or words in self.output, self.output[-2000:]

    def end(self, seconds: float = 30.0) -> int:
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            self.read(0.1)
            assert time.monotonic() < end, self.output[-2000:]
        self.read(0.2)
        return self.process.returncode


@contextmanager
def app(folder: Path, model: Path, *arguments: str, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    before = termios.tcgetattr(slave)
    environment = {
        **os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2]),
        "ATLAS_TUI_MODEL__PATH": str(model), "ATLAS_TUI_MODEL__THREADS": "1",
    }  # fmt: skip
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "atlas_tui", *arguments], cwd=folder, env=environment,
        stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    terminal = Terminal(process, master)
    try:
        yield terminal
        after = termios.tcgetattr(slave)
        assert after[:4] == before[:4], "the terminal's modes were not restored"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)
        os.close(slave)


def assert_clean(output: bytes) -> None:
    """The screen was entered and left, and nothing was written after it."""
    assert output.count(ENTER) == 1 and output.count(LEAVE) == 1
    tail = output.rsplit(LEAVE, 1)[1]
    shown = tail.replace(b"\x1b[?25h", b"").replace(b"\x1b[?1004l", b"").replace(b"\x1b[?2004l", b"")
    assert not [byte for byte in shown if byte >= 0x20 and b"\x1b" not in shown], tail
    for foreign in (b"Traceback", b"llama_", b"ggml_", b"Warning"):
        assert foreign not in output


@pytest.mark.parametrize("keys", [b"\x11", b"\x03"], ids=["ctrl+q", "ctrl+c"])
def test_first_frame_and_quit(tmp_path: Path, tiny_gguf: Path, keys: bytes) -> None:
    with app(tmp_path, tiny_gguf) as terminal:
        terminal.until(b"Problem")
        terminal.until(b"Commands")
        os.write(terminal.master, keys)
        assert terminal.end() == 0
    assert_clean(terminal.output)


def test_quit_once_the_model_is_loaded(tmp_path: Path, tiny_gguf: Path) -> None:
    problem = tmp_path / "problem.md"
    problem.write_text("Print twice the number.\n")
    with app(tmp_path, tiny_gguf, "problem.md", size=(60, 15)) as terminal:
        terminal.until(b"Print twice")
        terminal.until(b"CPU")
        os.write(terminal.master, b"\x11")
        assert terminal.end() == 0
    assert_clean(terminal.output)


def test_the_model_process_dies_and_nothing_reaches_the_terminal(tmp_path: Path, tiny_gguf: Path) -> None:
    with app(tmp_path, tiny_gguf, size=(100, 30)) as terminal:
        terminal.until(b"CPU")
        family = psutil.Process(terminal.process.pid).children(recursive=True)
        (host,) = [one for one in family if "atlas_tui.engine.llama.host" in one.cmdline()]
        host.send_signal(signal.SIGABRT)
        terminal.until(b"model failed")
        os.write(terminal.master, b"\x11")
        assert terminal.end() == 0
    assert_clean(terminal.output)


def test_terminated_from_outside(tmp_path: Path, tiny_gguf: Path) -> None:
    with app(tmp_path, tiny_gguf) as terminal:
        terminal.until(b"Commands")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 0
    assert_clean(terminal.output)
