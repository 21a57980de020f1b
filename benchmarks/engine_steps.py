"""Line 4: what a step costs beside llama.cpp's own work.

Twice: on a model of hardly any weights, where the processor's caches hold our code and the logits, as they do
when the weights are on a GPU; and on one whose weights go through these caches in every step, as on a CPU.
"""

from __future__ import annotations

import time

from benchmarks.engine_inside import ask_inside
from benchmarks.engine_parts import Bench, Found, Goal, cpu_seconds, renamed, run, three

TITLE = "our own cost of a three-row step"
GOALS = (
    Goal("own_ms_per_step", "loop, batch, text, phases: CPU of a three-row step", "ms", most=0.1),
    Goal("sampling_ms_per_row", "sampling and statistics, 151,936 tokens: CPU of a row", "ms", most=0.15),
    Goal("own_ms_per_step_cold", "the first beside weights that go through the caches", "ms"),
    Goal("sampling_ms_per_row_cold", "the second likewise", "ms"),
    Goal("own_last_vs_first", "both, last 500 steps to first 500", most=1.2),
    Goal("boundary_ms_per_step", "messages, both processes: CPU of a three-row step", "ms", most=0.5),
)


async def measure(bench: Bench) -> Found:
    options = bench.options
    found = await ask_inside("steps", model=str(bench.narrow), tokens=options.size(400, 100))
    light = found["all"]
    bench.note(f"{found['steps']:,} steps; llama_decode {light['decode']:.1f} ms CPU of each")
    found = await ask_inside("steps", model=str(bench.output_only), tokens=options.size(4000, 200))
    heavy, begin, end = found["all"], found["begin"], found["end"]
    bench.note(
        f"{found['steps']:,} steps with weights through the caches; llama_decode {heavy['decode']:.1f} ms CPU"
    )
    # At the pace of a real model every token is a message of its own: that is the dearest case.
    paced = await ask_inside("steps", model=str(bench.small), tokens=options.size(96, 24))
    client = await _client(bench, options.size(96, 24))
    bench.note(
        f"boundary: model process {paced['all']['flush']:.3f} ms, application {client['cpu']:.3f} ms, "
        f"steps of {client['step']:.0f} ms"
    )
    return {
        "own_ms_per_step": light["own"],
        "sampling_ms_per_row": light["sampling_row"],
        "own_last_vs_first": (end["own"] + 3 * end["sampling_row"])
        / (begin["own"] + 3 * begin["sampling_row"]),
        "boundary_ms_per_step": paced["all"]["flush"] + client["cpu"],
        "own_ms_per_step_cold": heavy["own"],
        "sampling_ms_per_row_cold": heavy["sampling_row"],
    }


async def _client(bench: Bench, tokens: int) -> dict[str, float]:
    """Milliseconds of CPU of this process for a step, and of wall."""
    async with bench.engine(bench.small, context=4096) as engine:
        await run(engine, three("warm up", 4))
        cpu, wall, steps = cpu_seconds(), time.perf_counter(), 0.0
        for number in range(3):
            result = await run(engine, renamed(three("pace", tokens), f"-{number}"))
            steps += result.written / 3
        return {
            "cpu": (cpu_seconds() - cpu) / steps * 1e3,
            "step": (time.perf_counter() - wall) / steps * 1e3,
        }
