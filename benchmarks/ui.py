"""What the app costs: three candidates streaming, doing nothing, and opening a long session again.

    python benchmarks/ui.py [--tokens 1800] [--rate 100] [--events 100000] [--json]

Streaming and idling are measured in a terminal of 160x48, whose output is read and thrown away; the backend
plays events at the given rate, so that what is counted is the app alone. Goals: less than 10 CPU-seconds for
three times 1,800 tokens, the event loop late by less than 60 ms in 95 of 100 looks, less than 1 % CPU when
nothing happens, and less than 2 s to read and fold the events of a long session.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

from atlas_tui.events import (
    CandidateReady,
    Chosen,
    Event,
    Grade,
    Outcome,
    Part,
    PlanReady,
    ProblemRead,
    RunEnded,
    RunStarted,
    Stage,
    StageEnded,
    StageStarted,
    Text,
)
from atlas_tui.problem import Mode, Problem
from atlas_tui.settings import Settings
from atlas_tui.store import Store
from atlas_tui.ui.app import AtlasApp, spare_collections
from atlas_tui.ui.backend import Backend
from atlas_tui.ui.replay import folded
from atlas_tui.ui.screens.base import StartRun
from atlas_tui.ui.shot import Recording

SIZE = (160, 48)
GOALS = {"stream_cpu_seconds": 10.0, "lag_p95_ms": 60.0, "idle_cpu_percent": 1.0, "reopen_seconds": 2.0}
LABELS = ("A", "B", "C")
LOOK = 0.01
"""Seconds between two looks at how late the event loop is."""
SETTLE = 2.0
"""Seconds until start-up is over."""
STATEMENT = "Read n and print twice the number.\n"
WORDS = ("total", " +=", " nums", "[i]", "\n    ", "if", " total", " >", " best", ":\n        ")
"""Pieces of a program, as a model writes them; short lines, as programs have."""


def opening(session: str) -> Iterator[Event]:
    yield RunStarted(
        session=session, model="none", candidates=LABELS, seed=1, isolation="none", version="benchmark"
    )
    yield ProblemRead(problem=Problem(statement=STATEMENT, mode=Mode.PROGRAM))
    for label in LABELS:
        yield PlanReady(candidate=label, approach="one pass", plan="1. Read.\n2. Print.", distinct=True)
    yield StageStarted(stage=Stage.GENERATE, most_tokens=60_000, most_seconds=1200.0)


def token(number: int, label: str) -> Text:
    return Text(candidate=label, part=Part.CODE, delta=WORDS[number % len(WORDS)], tokens=1)


def ending(tokens: int) -> Iterator[Event]:
    code = "".join(WORDS[number % len(WORDS)] for number in range(tokens))
    for label in LABELS:
        yield CandidateReady(candidate=label, round=0, code=code)
    yield StageEnded(stage=Stage.GENERATE, seconds=1.0)
    yield Chosen(candidate="A", code=code, grade=Grade.UNVERIFIED, passed=0, samples=0, reasons=())
    yield RunEnded(outcome=Outcome.UNVERIFIED, seconds=1.0)


class Played(Recording):
    """Three candidates, ``tokens`` each, ``rate`` a second each."""

    def __init__(self, store: Store, folder: Path, tokens: int, rate: float) -> None:
        super().__init__(store, folder, list(opening("played")))
        self._tokens, self._rate = tokens, rate

    async def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        for event in opening("played"):
            yield event
        started = time.monotonic()
        for number in range(self._tokens):
            late = started + number / self._rate - time.monotonic()
            if late > 0:
                await asyncio.sleep(late)
            for label in LABELS:
                yield token(number, label)
        for event in ending(self._tokens):
            yield event


async def lags(into: list[float]) -> None:
    """How late the event loop wakes up, in seconds, until cancelled."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(LOOK)
        into.append(time.monotonic() - before - LOOK)


async def measure(app: AtlasApp, idle: float) -> dict[str, float]:
    """In the running app: first idle, then one run; the app is left at the end."""
    spare_collections()
    await asyncio.sleep(SETTLE)
    wall, cpu = time.monotonic(), time.process_time()
    await asyncio.sleep(idle)
    idling = (time.process_time() - cpu) / (time.monotonic() - wall)
    late: list[float] = []
    looking = asyncio.create_task(lags(late))
    wall, cpu = time.monotonic(), time.process_time()
    app.screen.post_message(StartRun())
    while app.desk.run.ended is None:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    spent, seconds = time.process_time() - cpu, time.monotonic() - wall
    looking.cancel()
    wall, cpu = time.monotonic(), time.process_time()
    await asyncio.sleep(idle)
    after = (time.process_time() - cpu) / (time.monotonic() - wall)
    app.exit(0)
    return {
        "stream_cpu_seconds": spent,
        "stream_seconds": seconds,
        "lag_p95_ms": statistics.quantiles(late, n=20)[-1] * 1000,
        "lag_worst_ms": max(late) * 1000,
        "idle_cpu_percent": max(idling, after) * 100,
    }


def inside(tokens: int, rate: float, idle: float, out: Path) -> None:
    """The app in this terminal; what was measured is written to ``out``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = Store(folder / "sessions.sqlite3")
        backend = Played(store, folder, tokens, rate)

        async def make(settings: Settings, where: Path) -> Backend:
            return backend

        app = AtlasApp(Settings(), folder, STATEMENT, make_backend=make)

        async def run() -> dict[str, float]:
            measuring = asyncio.create_task(measure(app, idle))
            await app.run_async()
            return await measuring

        out.write_text(json.dumps(asyncio.run(run())))
        store.close()


def in_terminal(tokens: int, rate: float, idle: float) -> dict[str, float]:
    """``inside`` in a terminal of its own. Raises: RuntimeError: it left without a result."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "measured.json"
        words = [str(Path(__file__)), "--inside", str(out), "--tokens", str(tokens)]
        process, terminal = pty.fork()
        if process == 0:
            os.environ.update(TERM="xterm-256color", ATLAS_TUI_HOME=name)
            os.environ.setdefault("COLORTERM", "truecolor")
            os.execv(sys.executable, [sys.executable, *words, "--rate", str(rate), "--idle", str(idle)])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        shown = drain(terminal)
        os.waitpid(process, 0)
        os.close(terminal)
        if not out.exists():
            raise RuntimeError(f"nothing was measured: {shown[-2000:].decode(errors='replace')}")
        measured: dict[str, float] = json.loads(out.read_text())
        return {**measured, "written_kb": len(shown) / 1024}


def drain(terminal: int) -> bytes:
    """Everything that is printed until the other side is closed."""
    shown = bytearray()
    while True:
        select.select([terminal], [], [])
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux tells so that the last one has left
            return bytes(shown)
        if not piece:
            return bytes(shown)
        shown += piece


def reopen(events: int) -> dict[str, float]:
    """Wall seconds to read a session of so many events from the store, and to fold them."""
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name) / "sessions.sqlite3")
        for event in opening("long"):
            store.append("long", event)
        began = time.time()
        for number in range(events // len(LABELS)):
            for label in LABELS:
                store.append("long", replace(token(number, label), at=began + number / 100))
        for event in ending(1800):
            store.append("long", event)
        started = time.monotonic()
        read = store.events("long")
        loaded = time.monotonic()
        state = folded(read)
        ended = time.monotonic()
        store.close()
    assert state.ended is not None
    return {
        "reopen_seconds": ended - started,
        "read_seconds": loaded - started,
        "fold_seconds": ended - loaded,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=1800, help="of each of three candidates")
    parser.add_argument("--rate", type=float, default=100.0, help="tokens a second of each")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds in which nothing happens")
    parser.add_argument("--events", type=int, default=100_000, help="of the session that is opened again")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(options.tokens, options.rate, options.idle, options.inside)
        return
    measured = in_terminal(options.tokens, options.rate, options.idle) | reopen(options.events)
    if options.json:
        print(json.dumps(measured))
        return
    for name, value in measured.items():
        goal = f"   goal < {GOALS[name]:g}" if name in GOALS else ""
        print(f"{name:20} {value:10.2f}{goal}")


if __name__ == "__main__":
    main()
