"""Seconds from starting the command to its first whole frame in a terminal, the model not yet loaded.

    python benchmarks/first_frame.py [--runs 5] [--json]

Peer in the same run: the smallest Textual app, so that the figure has a scale on any machine.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

PEER = (
    "from textual.app import App\nfrom textual.widgets import Static\n"
    "class Peer(App):\n    def compose(self):\n        yield Static('first frame')\nPeer().run()"
)
COMMANDS = {
    "atlas-tui": ([sys.executable, "-m", "atlas_tui"], b"Problem"),
    "smallest Textual app": ([sys.executable, "-c", PEER], b"first frame"),
}


def first_frame(command: list[str], word: bytes, home: str, limit: float = 30.0) -> float:
    """Wall seconds until ``word`` is on the screen of an 80x24 terminal."""
    started = time.monotonic()
    process, terminal = pty.fork()
    if process == 0:
        os.environ["ATLAS_TUI_HOME"] = home
        os.environ["TERM"] = "xterm-256color"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while word not in seen:
            if time.monotonic() - started > limit:
                raise TimeoutError(f"{command}: no frame within {limit} s; it printed {seen[-300:]!r}")
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536)
        return time.monotonic() - started
    finally:
        os.kill(process, signal.SIGTERM)
        time.sleep(0.2)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(terminal)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(options.runs + 1):  # the first round warms the disk cache and is not counted
            for name, (command, word) in COMMANDS.items():
                seconds[name].append(first_frame(command, word, home))
    median = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    ratio = median["atlas-tui"] / median["smallest Textual app"]
    if options.json:
        print(json.dumps({"median_seconds": median, "ratio": ratio, "runs": options.runs}))
        return
    for name, value in median.items():
        print(f"{name:22} median {value:.2f} s of {options.runs}")
    print(f"ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
