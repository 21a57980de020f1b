"""Seconds to show a long recorded session again: read from the store, and folded into what screens draw.

    python benchmarks/reopen.py [--events 100000] [--runs 3] [--json]

The events are those of three candidates that stream a token at a time. For scale: the same events folded one
by one, without joining their text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from atlas_tui.events import CandidateReady, Event, Part, RunEnded, RunStarted, Stage, StageStarted, Text
from atlas_tui.store import Store
from atlas_tui.ui.fold import fold
from atlas_tui.ui.replay import folded
from atlas_tui.ui.state import RunState

LABELS = ("A", "B", "C")
RATE = 300
"""Tokens a second of the recorded run, all candidates together."""


def session(length: int) -> list[Event]:
    """A run of ``length`` events."""
    at = 1_700_000_000.0
    events: list[Event] = [
        RunStarted(at=at, session="s", model="m", candidates=LABELS, seed=1, isolation="full", version="0"),
        StageStarted(at=at, stage=Stage.GENERATE),
    ]
    for number in range(length - len(LABELS) - 3):
        at += 1 / RATE
        label = LABELS[number % len(LABELS)]
        events.append(Text(at=at, candidate=label, part=Part.CODE, delta=f"x{number % 10} = 1\n", tokens=1))
    events += [CandidateReady(at=at, candidate=label, round=0, code="x = 1\n") for label in LABELS]
    return [*events, RunEnded(at=at, outcome="unverified", seconds=length / RATE)]  # type: ignore[arg-type]


def one_by_one(events: list[Event]) -> RunState:
    state = RunState()
    for event in events:
        state = fold(state, event)
    return state


def timed(work: Callable[[], object], runs: int) -> float:
    """The median."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "sessions.sqlite3")
        for event in session(options.events):
            store.append("s", event)
        read: list[Event] = list(store.events("s"))
        found = {
            "read": timed(lambda: store.events("s"), options.runs),
            "fold": timed(lambda: folded(read), options.runs),
            "fold one by one": timed(lambda: one_by_one(read), 1),
            "glance": timed(lambda: store.events("s", ("RunStarted", "RunEnded")), options.runs),
        }
        store.close()
    found["reopen"] = found["read"] + found["fold"]
    if options.json:
        print(json.dumps({"events": options.events, "median_seconds": found}))
        return
    for name, value in found.items():
        print(f"{name:16} {value:.2f} s")


if __name__ == "__main__":
    main()
