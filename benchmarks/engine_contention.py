"""Line 7: decode while the sandbox keeps every core busy.

The peer is the same engine with as many threads as there are cores and OpenMP's own way of waiting: its
threads spin until the last one is done, and that one waits for a core.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Job, Tier
from atlas_tui.settings import SandboxSettings
from benchmarks.engine_parts import Bench, Found, Goal, cores, middle, renamed, run, spread, three

TITLE = "decode with busy cores"
GOALS = (
    Goal("busy_decode_vs_default_waiting", "rate with our defaults to all cores and OpenMP's", least=5.0),
    Goal("busy_same_threads_vs_default_waiting", "the same with all cores on both sides"),
)
_BUSY = "while True:\n    pass\n"
_SECONDS = 3600.0
_NO_POLICY = " "
"""To OpenMP this is as if the variable were not set, and our process leaves what it finds."""


@contextlib.asynccontextmanager
async def _busy_cores(bench: Bench) -> AsyncIterator[None]:
    """Keep every core busy: by programs in the sandbox where there is one, else by bare ones."""
    sandbox = LocalSandbox(SandboxSettings())
    isolation = await sandbox.probe()
    if isolation.tier is Tier.NONE:
        bench.note(f"busy programs run bare: {isolation.why}")
        await sandbox.close()
        running = [subprocess.Popen([sys.executable, "-I", "-c", _BUSY]) for _ in range(cores())]
        try:
            yield
        finally:
            for one in running:
                one.kill()
                one.wait()
        return
    limits = Limits(cpu_seconds=_SECONDS, wall_seconds=_SECONDS)
    jobs = [asyncio.create_task(sandbox.run(Job(source=_BUSY, limits=limits))) for _ in range(cores())]
    try:
        await asyncio.sleep(1.0)
        if any(job.done() for job in jobs):
            raise RuntimeError(f"a busy program ended: {[job.result() for job in jobs if job.done()]}")
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await sandbox.close()


@contextlib.contextmanager
def _waiting(policy: str | None) -> Iterator[None]:
    """What processes started inside see as OpenMP's way of waiting."""
    before = os.environ.pop("OMP_WAIT_POLICY", None)
    if policy is not None:
        os.environ["OMP_WAIT_POLICY"] = policy
    try:
        yield
    finally:
        os.environ.pop("OMP_WAIT_POLICY", None)
        if before is not None:
            os.environ["OMP_WAIT_POLICY"] = before


async def measure(bench: Bench) -> Found:
    tokens = bench.options.size(24, 8)
    sides = {"ours": (0, None), "same": (cores(), None), "default": (cores(), _NO_POLICY)}
    rates: dict[str, list[float]] = {name: [] for name in sides}
    async with contextlib.AsyncExitStack() as stack:
        engines = {}
        for name, (threads, policy) in sides.items():
            with _waiting(policy):
                starting = bench.engine(bench.small, threads=threads, context=2048)
                engines[name] = await stack.enter_async_context(starting)
            await run(engines[name], three("warm up", 4))
        quiet = {name: (await run(engines[name], three("quiet", tokens))).rate for name in sides}
        async with _busy_cores(bench):
            for number in range(bench.options.runs):
                for name, engine in engines.items():
                    result = await run(engine, renamed(three("busy", tokens), f"-{number}"))
                    rates[name].append(result.rate)
    for name, what in (("ours", "default threads"), ("same", "all cores"), ("default", "OpenMP's way")):
        told = f"{middle(rates[name]):.1f} tok/s busy ({spread(rates[name], 1)}), {quiet[name]:.1f} quiet"
        bench.note(f"{what}: {told}")
    ratios = [ours / other for ours, other in zip(rates["ours"], rates["default"], strict=True)]
    same = [ours / other for ours, other in zip(rates["same"], rates["default"], strict=True)]
    return {
        "busy_decode_vs_default_waiting": middle(ratios),
        "busy_same_threads_vs_default_waiting": middle(same),
        "busy_tokens_per_second": {name: middle(values) for name, values in rates.items()},
        "quiet_tokens_per_second": quiet,
    }
