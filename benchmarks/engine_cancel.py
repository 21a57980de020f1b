"""Line 6: from a cancel until the engine has nothing left to do, and what the next run sees of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from atlas_tui.engine.base import Delta, EngineEvent, Prefill, SequenceRequest
from atlas_tui.engine.llama.client import LlamaEngine
from benchmarks.engine_parts import Bench, Found, Goal, ask, middle, run, spread, three

TITLE = "cancel"
GOALS = (
    Goal("cancel_prefill_ms", "cancel to idle while a prompt is read", "ms", most=50.0),
    Goal("cancel_decode_steps", "cancel to idle while three are written, in steps", "steps", most=1.0),
    Goal("after_cancel_first_token", "first token of the next run to that without a cancel before"),
    Goal("after_cancel_same_text", "next runs with the text they have without a cancel", "", least=1.0),
)


async def _cancelled(
    engine: LlamaEngine, requests: list[SequenceRequest], moment: Callable[[EngineEvent], bool], wait: float
) -> float:
    """Seconds from the cancel, ``wait`` seconds after an event of ``moment``, until all are finished."""
    began = 0.0

    def cancel() -> None:
        nonlocal began
        began = time.perf_counter()
        engine.cancel()

    planned = False
    async for event in engine.generate(requests):
        if not planned and moment(event):
            planned = True
            asyncio.get_running_loop().call_later(wait, cancel)
    if not began:
        raise RuntimeError("the run ended before it was cancelled")
    return time.perf_counter() - began


def _reading(event: EngineEvent) -> bool:
    return isinstance(event, Prefill)


def _writing(event: EngineEvent) -> bool:
    return isinstance(event, Delta)


async def measure(bench: Bench) -> Found:
    options = bench.options
    size = options.size(1500, 600)
    reading, writing, steps, firsts, same = [], [], [], [], []
    async with bench.engine(bench.small, context=8192) as engine:
        plain = await run(engine, [ask(bench.prose(24, "next -1"), tokens=8)])
        texts = {one.text for one in plain.done.values()}
        for number in range(options.runs):
            calm = await _next(engine, bench, f"calm {number}")
            long = [ask(bench.prose(size, f"cancel {number}"), "P", tokens=8)]
            reading.append(await _cancelled(engine, long, _reading, 0.2 + 0.11 * number))
            after = await _next(engine, bench, f"next {number}")
            firsts.append(after[0] / calm[0])
            result = await run(engine, three(bench.prose(24, f"step {number}"), 24))
            step = 3 / result.rate
            waited = await _cancelled(
                engine, three(bench.prose(24, f"write {number}"), 200), _writing, 0.3 + 0.013 * number
            )
            writing.append(waited)
            steps.append(waited / step)
            again = await run(engine, [ask(bench.prose(24, "next -1"), f"S{number}", tokens=8)])
            same.append({one.text for one in again.done.values()} == texts)
    bench.note(f"prefill: {spread([one * 1e3 for one in reading], 0)} ms")
    bench.note(f"decode: {spread([one * 1e3 for one in writing], 0)} ms, {spread(steps)} steps")
    return {
        "cancel_prefill_ms": middle(reading) * 1e3,
        "cancel_prefill_ms_worst": max(reading) * 1e3,
        "cancel_decode_steps": middle(steps),
        "cancel_decode_ms": middle(writing) * 1e3,
        "after_cancel_first_token": middle(firsts),
        "after_cancel_same_text": sum(same) / len(same),
    }


async def _next(engine: LlamaEngine, bench: Bench, label: str) -> tuple[float, float]:
    """Seconds to the first text of a short run with a prompt of its own, and of all of it."""
    result = await run(engine, [ask(bench.prose(24, label), label, tokens=4)])
    return result.first - result.began, result.seconds
