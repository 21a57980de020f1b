"""The app as a person starts it: a process on a pseudo terminal, and everything it wrote there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
QUIT = b"\x11"
MODULE = ("-m", "atlas_tui")
ALLOWED = 100.0
"""Seconds that all waits for one terminal may take: less than a test has, so that what hangs is told."""
FOREIGN = (b"Traceback", b"llama_", b"ggml_", b"Warning")
"""What libraries and a broken program print, and no screen of ours says."""
_USUAL = {"7": b"h", "25": b"h"}
"""Modes of a terminal that are on where no app runs: wrapped lines, the cursor. All others are off."""
_SEQUENCE = re.compile(rb"\x1b\[[\d;?]*[A-Za-z]")
_ASKED = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;2$y",
}
"""What the app asks a terminal for, and what one that knows it all answers: it is there, and off."""


class Terminal:
    """A process on a pseudo terminal, and everything it wrote."""

    def __init__(
        self, process: subprocess.Popen[bytes], master: int, slave: int, *, modern: bool = False
    ) -> None:
        """A ``modern`` one answers what it is asked for."""
        self.process, self.master, self.slave, self.output = process, master, slave, b""
        self.before = termios.tcgetattr(master)
        self._asked = dict(_ASKED) if modern else {}
        self._ends = time.monotonic() + ALLOWED

    def read(self, seconds: float, most: int = 65536) -> bytes:
        if select.select([self.master], [], [], seconds)[0]:
            # An error says that the last process on the terminal is gone.
            with suppress(OSError):
                self.output += os.read(self.master, most)
            for question in [each for each in self._asked if each in self.output]:
                self.type(self._asked.pop(question))
        return self.output

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def until(self, words: bytes, seconds: float = 60.0, *, after: int = 0) -> int:
        """Read until these words come behind the first ``after`` bytes; gives where they end."""
        end = self._deadline(seconds)
        while words not in self.read(0.1)[after:]:
            assert time.monotonic() < end, self._stuck(f"never wrote {words!r}")
            assert self.process.poll() is None or words in self.output[after:], self.output[-2000:]
        return self.output.index(words, after) + len(words)

    def loaded(self) -> None:
        """Read until the bar at the top, or the problem's side, says on what the model runs."""
        end = self._deadline(60.0)
        while not re.search(rb"\w{16}(?:  |, )CPU", _SEQUENCE.sub(b"", self.read(0.1))):
            assert time.monotonic() < end, self._stuck("never loaded a model")
            assert self.process.poll() is None, self.output[-2000:]

    def resize(self, columns: int, rows: int) -> None:
        """The foreground processes are told by the kernel."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, seconds: float = 30.0) -> int:
        end = self._deadline(seconds)
        while self.process.poll() is None:
            self.read(0.1)
            assert time.monotonic() < end, self._stuck("never ended")
        self.read(0.2)
        return self.process.returncode

    def _deadline(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._ends)

    def _stuck(self, what: str) -> str:
        """What is known of an app that does not go on: its last words, its processes, and where it stands."""
        shown = self.output[-2000:]
        family = [psutil.Process(self.process.pid)]
        family += family[0].children(recursive=True)
        states = [f"{one.pid} {one.status()} {' '.join(one.cmdline()[:5])}" for one in family]
        # Python says where each thread is; a process that is stopped says so above.
        for one in family:
            if "atlas_tui" in one.cmdline():
                one.send_signal(signal.SIGABRT)
        before = len(self.output)
        for _ in range(20):
            self.read(0.1)
        return "\n".join([what, repr(shown), *states, self.output[before:].decode("utf-8", "replace")])

    def hang_up(self) -> None:
        """Close the terminal, as who closes its window."""
        os.close(self.master)
        self.master = -1

    @property
    def model_process(self) -> psutil.Process:
        family = psutil.Process(self.process.pid).children(recursive=True)
        (host,) = [one for one in family if "atlas_tui.engine.llama.host" in one.cmdline()]
        return host


@contextmanager
def app(
    folder: Path,
    model: Path,
    *arguments: str,
    size: tuple[int, int] = (120, 36),
    program: tuple[str, ...] = MODULE,
    modern: bool = False,
    more: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """The app in ``folder``. ``program`` is what Python runs, ``more`` goes into its environment."""
    with on_terminal(
        [sys.executable, *program, *arguments], folder, environment(model, more), size=size, modern=modern
    ) as terminal:
        yield terminal
        if terminal.master >= 0:
            assert termios.tcgetattr(terminal.master)[:4] == terminal.before[:4], (
                "the modes were not restored"
            )


def environment(model: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the app is started with."""
    around = {
        **os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2]),
        "ATLAS_TUI_MODEL__PATH": str(model), "ATLAS_TUI_MODEL__THREADS": "1",
        "PYTHONFAULTHANDLER": "1", **(more or {}),
    }  # fmt: skip
    # The size of whoever runs the tests is not that of these terminals.
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        around.pop(name, None)
    return around


@contextmanager
def on_terminal(
    command: list[str],
    folder: Path,
    around: Mapping[str, str],
    *,
    size: tuple[int, int] = (120, 36),
    modern: bool = False,
) -> Iterator[Terminal]:
    """A command whose controlling terminal is a new pseudo terminal; it is gone at the end."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        # setsid(1) makes standard input the controlling terminal, and becomes the command.
        ["setsid", "--ctty", *command], cwd=folder, env=dict(around), stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    terminal = Terminal(process, master, slave, modern=modern)
    terminal.resize(*size)
    # Kept open to the end: what was set can be read only while somebody has it open.
    try:
        yield terminal
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(30)
        if terminal.master >= 0:
            os.close(terminal.master)
        with suppress(OSError):
            os.close(slave)


def assert_clean(output: bytes) -> None:
    """The screen was entered and left, nothing was written after it, and every mode is as it was."""
    assert output.count(ENTER) == 1 and output.count(LEAVE) == 1
    tail = output.rsplit(LEAVE, 1)[1]
    shown = tail.replace(b"\x1b[?25h", b"").replace(b"\x1b[?1004l", b"").replace(b"\x1b[?2004l", b"")
    assert not [byte for byte in shown if byte >= 0x20 and b"\x1b" not in shown], tail
    for foreign in FOREIGN:
        assert foreign not in output
    assert_restored(output)


def assert_restored(output: bytes) -> None:
    """Whatever was switched is switched back: modes, cursor, keyboard protocol, title."""
    last: dict[str, bytes] = {}
    for modes, to in re.findall(rb"\x1b\[\?([\d;]+)([hl])", output):
        last |= dict.fromkeys(modes.decode().split(";"), to)
    assert last, "no mode was ever set"
    left = {mode: to for mode, to in last.items() if to != _USUAL.get(mode, b"l")}
    assert not left, f"modes that were left: {left}"
    assert len(re.findall(rb"\x1b\[>\d+u", output)) == output.count(b"\x1b[<u")
    assert output.count(b"\x1b[22;2t") == output.count(b"\x1b[23;2t")
