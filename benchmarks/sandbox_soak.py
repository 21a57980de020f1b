"""Ten thousand runs of all kinds one after another on one worker: nothing may grow.

    python benchmarks/sandbox_soak.py [--runs 10000] [--tier full]

Told are descriptors and memory of the supervisor and of all below it, and the files where runs may write.
Ends with 1 when anything but memory has grown at all, when a process has grown by more than 5 MB, or when the
worker is not the one that it began with.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from atlas_tui.sandbox.base import Tier
from tests.sandbox import measures

MOST_GROWTH = 5 << 20
STEPS = 10


def told(state: measures.Household) -> str:
    memory = ", ".join(f"{size / (1 << 20):.2f}" for size in state.resident)
    return f"descriptors {state.descriptors}, MB ({memory}), files {state.files}, zombies {state.zombies}"


async def soak(tier: str, runs: int) -> list[str]:
    """What has grown over so many runs; empty is right."""
    sandbox = measures.with_slots(tier, 1)
    try:
        isolation = await sandbox.probe()
        if isolation.tier is Tier.NONE:
            print(f"tier {tier} is not to be had here: {isolation.why}")
            return []
        verdicts = Counter(await measures.vary(sandbox, 5 * len(measures.VARIED)))
        supervisor = measures.supervisor_of(os.getpid())
        first = last = await measures.household(sandbox, supervisor, tier)
        print(f"tier {tier}\n{sum(verdicts.values()):6} runs: {told(first)}", flush=True)
        started = time.monotonic()
        for _ in range(STEPS):
            verdicts += Counter(await measures.vary(sandbox, runs // STEPS))
            last = await measures.household(sandbox, supervisor, tier)
            print(f"{sum(verdicts.values()):6} runs: {told(last)}", flush=True)
        print(f"{time.monotonic() - started:.0f} s; verdicts {dict(verdicts)}")
        return first.grown(last, MOST_GROWTH)
    finally:
        await sandbox.close()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--tier", choices=("full", "reduced"))
    options = parser.parse_args()
    grown = []
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATLAS_TUI_HOME"] = home
        for tier in [options.tier] if options.tier else ["full", "reduced"]:
            grown += [f"{tier}: {what}" for what in asyncio.run(soak(tier, options.runs))]
    for line in grown:
        print(f"grown: {line}", file=sys.stderr)
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
