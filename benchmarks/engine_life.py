"""Line 9: what would end llama.cpp's process, and what many runs leave behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from atlas_tui.engine.base import Delta, EngineError, ModelDied
from atlas_tui.engine.llama.client import LlamaEngine
from benchmarks import engine_crashes
from benchmarks.engine_inside import ask_inside
from benchmarks.engine_parts import Bench, Found, Goal, ask, renamed, run, three
from tests import models

TITLE = "crashes and memory"
GOALS = (
    Goal("crash_rows_held", "rows of the crash table that end in an error before the call", "", least=1.0),
    Goal("deaths_survived", "deaths of the model process that cost a restart and no more", "", least=1.0),
    Goal("growth_mb", "200 runs: growth of the model process and of the application", "MB", most=5.0),
)
_RUNS, _WARM = 200, 40
_SIGNALS = (signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV)


async def measure(bench: Bench) -> Found:
    path = bench.options.models / "tiny.gguf"
    bench.options.models.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        models.make_tiny(path)
    table = await ask_inside("crashes", models=str(bench.options.models))
    rows = table["rows"]
    wrong = [name for name, came in rows.items() if came == "no error"]
    for name, why in engine_crashes.NO_WAY.items():
        bench.note(f"cannot be tried: {name}: {why}")
    for name in wrong:
        bench.note(f"no error: {name}")
    if not table["goes_on"]:
        bench.note("after all of them the context no longer works")
    return {
        "crash_rows_held": (len(rows) - len(wrong)) / len(rows) if table["goes_on"] else 0.0,
        "crash_rows": rows,
        **await _deaths(bench, path),
        **await _growth(bench, path),
    }


async def _deaths(bench: Bench, path: Path) -> Found:
    """Kill the process while it writes; the call must fail, and the next one work."""
    survived = 0
    async with bench.engine(path, context=4096) as engine:
        for number in _SIGNALS:
            told = await _killed(engine, number)
            result = await run(engine, renamed(three("go on", 8), f"-{number}"))
            survived += told and len(result.done) == 3
    return {"deaths_survived": survived / len(_SIGNALS)}


async def _killed(engine: LlamaEngine, number: signal.Signals) -> bool:
    """Whether the call that ran said that the model died."""
    try:
        async for event in engine.generate([ask("on and on", f"K{number}", tokens=3000)]):
            if isinstance(event, Delta) and engine.pid is not None:
                os.kill(engine.pid, number)
    except ModelDied:
        return True
    except EngineError:
        return False
    return False


async def _growth(bench: Bench, path: Path) -> Found:
    """Memory after 200 runs less that after 40; prompts are all different."""
    runs = bench.options.size(_RUNS, 30)
    async with bench.engine(path, context=4096) as engine:
        before: dict[str, float] = {}
        for number in range(_WARM + runs):
            if number == _WARM:
                before = _memory(engine)
            requests = three(f"Problem {number} of many: say what it is.", 24)
            await run(engine, renamed(requests, f"-{number}"))
        after = _memory(engine)
    growth = {name: after[name] - before[name] for name in after}
    bench.note(f"{runs} runs: " + ", ".join(f"{name} {value:+.2f} MB" for name, value in growth.items()))
    return {"growth_mb": max(growth.values()), "growth_mb_by_process": growth}


def _memory(engine: LlamaEngine) -> dict[str, float]:
    """Resident megabytes."""
    own, model = psutil.Process(), psutil.Process(engine.pid)
    return {"application": own.memory_info().rss / 1e6, "model process": model.memory_info().rss / 1e6}
