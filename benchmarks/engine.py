"""The engine beside its peers: one line for each promise, told as ratios within one run.

    python benchmarks/engine.py --llama-server build/bin/llama-server --json
    python benchmarks/engine.py --only 1,4 --quick

Models of real shapes with made-up weights are written once into ``--models`` (0.5 GB; 9 GB more with
``--gpu``). What cannot be measured here is left as "not measured". With ``--json`` the last line is one JSON
object. ``--quick`` takes small sizes: it shows that everything works, its numbers mean little. See that the
machine is idle. How llama-server is built is told in ``engine_peers.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import platformdirs
import psutil

from benchmarks import (
    engine_batch,
    engine_budget,
    engine_cancel,
    engine_contention,
    engine_embedding,
    engine_grammar,
    engine_life,
    engine_lookup,
    engine_reuse,
    engine_steps,
)
from benchmarks.engine_parts import Bench, Goal, Options, Skipped, cores

LINES: dict[int, ModuleType] = {
    1: engine_batch, 2: engine_reuse, 3: engine_embedding, 4: engine_steps, 5: engine_grammar,
    6: engine_cancel, 7: engine_contention, 8: engine_lookup, 9: engine_life, 10: engine_budget,
}  # fmt: skip


def machine() -> dict[str, Any]:
    """What the numbers are of."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line for line in lines if line.startswith("model name")]
    return {
        "processor": names[0].partition(": ")[2] if names else platform.machine(),
        "cores": cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
    }


def show(goal: Goal, value: float | None) -> None:
    number = "not measured" if value is None else f"{value:.{goal.digits}f} {goal.unit}".rstrip()
    print(f"  {goal.text:66} {number:>16}   {goal.judged(value)}".rstrip(), flush=True)


async def measure(options: Options, only: list[int]) -> dict[str, Any]:
    """All chosen lines; a goal's key is told even when it was not measured (null)."""
    report: dict[str, Any] = {"machine": machine(), "quick": options.quick, "runs": options.runs}
    notes = {}
    for number in only:
        line, bench = LINES[number], Bench(options)
        print(f"\n{number}. {line.TITLE}", flush=True)
        began = time.perf_counter()
        try:
            found = await line.measure(bench)
        except Skipped as why:
            bench.note(f"not measured: {why}")
            found = {}
        for goal in line.GOALS:
            show(goal, found.setdefault(goal.key, None))
        report |= found
        notes[str(number)] = bench.notes
        print(f"  ({time.perf_counter() - began:.0f} s)", flush=True)
    return report | {"notes": notes}


def _lines(text: str) -> list[int]:
    try:
        chosen = sorted({int(part) for part in text.split(",")})
    except ValueError:
        chosen = [0]
    if not set(chosen) <= set(LINES):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of lines from 1 to {len(LINES)}")
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", type=_lines, default=list(LINES), metavar="1,4,…", help="these lines only")
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs of each side")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small sizes, two runs")
    parser.add_argument("--gpu", action="store_true", help="also the lines that need one")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--llama-server", type=Path, metavar="PATH")
    kept = Path(platformdirs.user_cache_dir("atlas-tui")) / "benchmarks"
    parser.add_argument("--models", type=Path, default=kept, metavar="DIR", help=f"default: {kept}")
    given = parser.parse_args()
    options = Options(
        models=given.models, runs=2 if given.quick else given.runs, threads=given.threads, quick=given.quick,
        gpu=given.gpu, llama_server=given.llama_server,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATLAS_TUI_HOME"] = home
        report = asyncio.run(measure(options, given.only))
    if given.json:
        print(json.dumps(report))


if __name__ == "__main__":
    main()
