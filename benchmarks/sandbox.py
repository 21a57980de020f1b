"""What the sandbox costs beside a bare ``python3 -I -c pass`` in the same run, and how soon it ends things.

    python benchmarks/sandbox.py [--rounds 5] [--runs 100] [--tier full] [--json FILE]

The peer is the interpreter of the candidates as an ordinary subprocess without pipes, started by a small
process of its own; when this is run as root, that one gives root up as the sandbox does. Both sides take
turns in blocks of ten. CPU is user and system time of all that a run needs: the supervisor, bubblewrap, the
worker and the program. The asyncio client is told separately, as is the caller of the peer; what the kernel
does in threads of its own after a namespace has ended is in neither. Walls are medians of a round, CPU is its
mean; a line tells the median of the rounds, with the smallest and the largest. A fork bomb that is killed for
its number, before any time limit, counts from its start. See that the machine is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil

from atlas_tui.events import Verdict
from atlas_tui.problem import Limits
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Job, Policy, Ran, Tier
from atlas_tui.settings import SandboxSettings
from tests.sandbox import measures

BLOCK = 10
CORES = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
NOBODY = 65534
PASS = Job(source="pass")
BOMB_WALL, TOO_MANY = 1.0, "killed: too many threads"
# Starts the command it is given so many times, so many at once; one JSON object a line of input.
PEER = """
import json, os, resource, subprocess, sys, time
def used(who):
    use = resource.getrusage(who)
    return use.ru_utime + use.ru_stime
for line in sys.stdin:
    left, beside = map(int, line.split())
    own, theirs, began = used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN), time.perf_counter()
    walls, running = [], {}
    while left or running:
        while left and len(running) < beside:
            started = time.perf_counter()
            process = subprocess.Popen(sys.argv[1:], stdin=-3, stdout=-3, stderr=-3)
            running[process.pid] = process, started
            left -= 1
        pid, status = os.wait()
        process, started = running.pop(pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit("the bare process failed")
        walls.append(time.perf_counter() - started)
    print(json.dumps({
        "walls": walls, "seconds": time.perf_counter() - began,
        "cpu": used(resource.RUSAGE_CHILDREN) - theirs, "caller": used(resource.RUSAGE_SELF) - own,
    }), flush=True)
"""


@dataclass(frozen=True)
class Measure:
    """One line of the table."""

    name: str
    text: str
    unit: str
    most: float | None = None
    """The goal, where it is to be small."""
    least: float | None = None
    """The goal, where it is to be large."""

    def judged(self, value: float) -> str:
        if self.most is not None:
            return f"<= {self.most:g}".ljust(9) + ("met" if value <= self.most else "MISSED")
        if self.least is not None:
            return f">= {self.least:g}".ljust(9) + ("met" if value >= self.least else "MISSED")
        return ""


MEASURES = (
    Measure("bare_wall", "bare process: wall", "ms"),
    Measure("bare_cpu", "bare process: CPU", "ms"),
    Measure("bare_caller_cpu", "bare process: CPU of its caller, not counted", "ms"),
    Measure("warm_wall", "warm run: wall", "ms"),
    Measure("warm_cpu", "warm run: CPU of supervisor, bubblewrap, worker, program", "ms"),
    Measure("warm_supervisor_cpu", "warm run: CPU of the supervisor in that", "ms"),
    Measure("warm_client_cpu", "warm run: CPU of the client, not counted", "ms"),
    Measure("warm_wall_ratio", "warm run: wall to the bare process's", "x", most=0.5),
    Measure("warm_cpu_ratio", "warm run: CPU to the bare process's", "x", most=0.35),
    Measure("box_wall", "one-shot: wall", "ms"),
    Measure("box_cpu", "one-shot: CPU as Facts tell it, and the supervisor's", "ms"),
    Measure("box_supervisor_cpu", "one-shot: CPU of the supervisor in that", "ms"),
    Measure("box_cpu_ratio", "one-shot: CPU to the bare process's", "x", most=1.6),
    Measure("rate", f"throughput: warm runs, {CORES} workers", "/s"),
    Measure("bare_rate", "throughput: bare processes, one after another", "/s"),
    Measure("bare_beside_rate", f"throughput: bare processes, {CORES} at once", "/s"),
    Measure("rate_ratio", "throughput: to one after another", "x", least=3.0),
    Measure("rate_beside_ratio", f"throughput: to {CORES} at once", "x"),
    Measure("start", "worker: first run of a new one, less a warm run", "ms", most=300.0),
    Measure("flood", "flood, warm: from the cap to the verdict", "ms", most=200.0),
    Measure("box_flood", "flood, one-shot: from the cap to the verdict", "ms", most=200.0),
    Measure("bomb_processes", "fork bomb: processes seen at once", ""),
    Measure("bomb", "fork bomb: from its limit (or its start) until it is gone", "s", most=1.0),
    Measure("bomb_after", "fork bomb: from the verdict until it is gone", "s", most=1.0),
    Measure("killed", f"app killed, {measures.ACTIVE} runs active: until nothing is left", "s", most=1.0),
)


class Peer:
    """The process that starts bare ones."""

    def __init__(self, python: str) -> None:
        drop: dict[str, Any] = {}
        if os.geteuid() == 0:
            drop = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._process = subprocess.Popen(
            [python, "-I", "-S", "-c", PEER, python, "-I", "-c", "pass"], cwd="/", text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}, **drop,
        )  # fmt: skip

    def start(self, runs: int, beside: int = 1) -> dict[str, Any]:
        """Wall seconds of each and of all, CPU seconds of all and of their caller."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{runs} {beside}\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        self._process.communicate()


class Bench:
    """One tier beside the peer."""

    def __init__(self, sandbox: LocalSandbox, isolation: Isolation, runs: int) -> None:
        self._sandbox, self._tier, self._runs = sandbox, str(isolation.tier), runs
        python = isolation.python
        self._box = Job(policy=Policy.PROJECT, command=(python, "-I", "-c", "pass"))
        self._peer = Peer(python)
        self._python = python

    async def warm_up(self) -> None:
        for job in [PASS] * BLOCK + [self._box]:
            await self._run(job)
        self._supervisor = measures.supervisor_of(os.getpid())
        self._peer.start(BLOCK)

    def close(self) -> None:
        self._peer.close()

    async def round(self) -> dict[str, float]:
        """All of ``MEASURES`` once."""
        found = await self._costs()
        found |= await self._rates()
        found["start"] = await self._start() - found["warm_wall"]
        found["flood"] = await self._flood(boxed=False)
        found["box_flood"] = await self._flood(boxed=True)
        found |= await self._bomb()
        found["killed"], left = await measures.killed_app(self._tier)
        if left:
            raise RuntimeError(f"left by a killed app: {left}")
        return found

    async def _run(self, job: Job, verdict: Verdict = Verdict.OK) -> Ran:
        ran = await self._sandbox.run(job)
        if ran.verdict is not verdict:
            raise RuntimeError(f"{ran.verdict} instead of {verdict}: {ran.facts} {ran.stderr[-300:]!r}")
        return ran

    async def _costs(self) -> dict[str, float]:
        walls: dict[str, list[float]] = {"bare": [], "warm": [], "box": []}
        cpu = dict.fromkeys(("bare", "caller", "warm", "client", "box", "facts", "below"), 0.0)
        below = measures.cpu_seconds(self._supervisor.children(recursive=True))
        rounds = max(1, self._runs // BLOCK)
        for _ in range(rounds):
            bare = self._peer.start(BLOCK)
            walls["bare"] += bare["walls"]
            cpu["bare"] += bare["cpu"]
            cpu["caller"] += bare["caller"]
            client = time.process_time()
            cpu["warm"] += await self._block(PASS, walls["warm"], [])
            cpu["client"] += time.process_time() - client
            facts: list[Ran] = []
            cpu["box"] += await self._block(self._box, walls["box"], facts)
            cpu["facts"] += sum(ran.facts.cpu_seconds for ran in facts)
        # Boxes are gone, and workers did nothing meanwhile: this is of the warm runs alone.
        cpu["below"] = measures.cpu_seconds(self._supervisor.children(recursive=True)) - below
        wall = {name: statistics.median(seconds) * 1e3 for name, seconds in walls.items()}
        each = {name: seconds / (rounds * BLOCK) * 1e3 for name, seconds in cpu.items()}
        warm, box = each["warm"] + each["below"], each["box"] + each["facts"]
        return {
            "bare_wall": wall["bare"], "bare_cpu": each["bare"], "bare_caller_cpu": each["caller"],
            "warm_wall": wall["warm"], "warm_cpu": warm, "warm_supervisor_cpu": each["warm"],
            "warm_client_cpu": each["client"], "warm_wall_ratio": wall["warm"] / wall["bare"],
            "warm_cpu_ratio": warm / each["bare"], "box_wall": wall["box"], "box_cpu": box,
            "box_supervisor_cpu": each["box"], "box_cpu_ratio": box / each["bare"],
        }  # fmt: skip

    async def _block(self, job: Job, walls: list[float], rans: list[Ran]) -> float:
        """Run ``BLOCK`` times one after another; CPU seconds of the supervisor itself."""
        before = measures.own_cpu_seconds(self._supervisor.pid)
        for _ in range(BLOCK):
            seconds, ran = await self._timed(job)
            walls.append(seconds)
            rans.append(ran)
        return measures.own_cpu_seconds(self._supervisor.pid) - before

    async def _timed(self, job: Job) -> tuple[float, Ran]:
        started = time.perf_counter()
        ran = await self._run(job)
        return time.perf_counter() - started, ran

    async def _rates(self) -> dict[str, float]:
        runs = 2 * self._runs
        await asyncio.gather(*(self._run(PASS) for _ in range(2 * CORES)))  # all workers are there
        one = runs / self._peer.start(runs)["seconds"]
        started = time.perf_counter()
        await asyncio.gather(*(self._run(PASS) for _ in range(runs)))
        ours = runs / (time.perf_counter() - started)
        beside = runs / self._peer.start(runs, CORES)["seconds"]
        return {
            "rate": ours, "bare_rate": one, "bare_beside_rate": beside, "rate_ratio": ours / one,
            "rate_beside_ratio": ours / beside,
        }  # fmt: skip

    async def _start(self) -> float:
        """Milliseconds of a run that finds no worker."""
        for worker in self._supervisor.children():
            worker.kill()
        if not await measures.until(lambda: not self._supervisor.children(recursive=True)):
            raise RuntimeError("killed workers are still there")
        return (await self._timed(PASS))[0] * 1e3

    async def _flood(self, boxed: bool) -> float:
        """Milliseconds from when a program had written all it may."""
        limits = Limits()
        source = measures.FLOOD.format(size=limits.output_bytes)
        job = Job(source=source, limits=limits)
        if boxed:
            job = Job(command=(self._python, "-I", "-c", source), policy=Policy.PROJECT, limits=limits)
        ran = await self._run(job, Verdict.OLE)
        ended = time.monotonic()
        return (ended - float(ran.stderr)) * 1e3

    async def _bomb(self) -> dict[str, float]:
        def below() -> list[psutil.Process]:
            return self._supervisor.children(recursive=True)

        before = set(below())
        limits = Limits(cpu_seconds=60.0, wall_seconds=BOMB_WALL, memory_bytes=4 << 30)
        job = Job(command=(self._python, "-I", "-c", measures.FORKS), policy=Policy.PROJECT, limits=limits)
        started = time.monotonic()
        run = asyncio.create_task(self._sandbox.run(job))
        most, seen = 0, set()
        while not run.done():
            now = set(below()) - before
            seen |= now
            most = max(most, len(now))
            await asyncio.sleep(0.05)
        ran, verdict = await run, time.monotonic()
        if not ran.facts.limit and TOO_MANY not in ran.facts.notes:
            raise RuntimeError(f"not the end of a fork bomb: {ran}")
        while any(
            measures.lives(one) for one in seen | set(self._supervisor.children(recursive=True)) - before
        ):
            await asyncio.sleep(0.01)
        gone = time.monotonic()
        limit = BOMB_WALL if ran.facts.limit == "wall" else 0.0
        return {"bomb_processes": most, "bomb": gone - started - limit, "bomb_after": gone - verdict}


def machine(isolations: list[Isolation]) -> dict[str, Any]:
    """What the numbers are of."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": names[0].partition(": ")[2] if names else platform.machine(),
        "cores": CORES, "logical": psutil.cpu_count(), "kernel": platform.release(),
        "root": os.geteuid() == 0, "load": os.getloadavg()[0],
        "isolation": [str(one) for one in isolations],
        "python": sorted({f"{one.python} {one.python_version}" for one in isolations}),
    }  # fmt: skip


def show(tier: str, rounds: list[dict[str, float]]) -> dict[str, Any]:
    """Print the table of one tier and give it as data."""
    print(f"\ntier {tier}".ljust(61) + "median   (min - max of rounds)      goal")
    table: dict[str, Any] = {}
    for measure in MEASURES:
        values = [found[measure.name] for found in rounds]
        middle, low, high = statistics.median(values), min(values), max(values)
        digits = 0 if max(values) >= 1000 or not measure.unit else 2
        spread = f"({low:.{digits}f} - {high:.{digits}f})"
        number = f"{middle:.{digits}f} {measure.unit}"
        print(f"{measure.text:58} {number:>11}   {spread:22} {measure.judged(middle)}".rstrip())
        table[measure.name] = {
            "what": measure.text, "unit": measure.unit, "median": middle, "min": low, "max": high,
            "goal": measure.judged(middle), "rounds": values,
        }  # fmt: skip
    return table


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    tiers = [options.tier] if options.tier else ["full", "reduced"]
    report: dict[str, Any] = {"tiers": {}}
    isolations = []
    for tier in tiers:
        sandbox = LocalSandbox(SandboxSettings(tier=tier))
        try:
            isolation = await sandbox.probe()
            if isolation.tier is Tier.NONE:
                print(f"tier {tier} is not to be had here: {isolation.why}")
                continue
            isolations.append(isolation)
            report["machine"] = machine(isolations)
            print(json.dumps(machine([isolation])), flush=True)
            bench = Bench(sandbox, isolation, options.runs)
            await bench.warm_up()
            try:
                report["tiers"][tier] = show(tier, [await bench.round() for _ in range(options.rounds)])
            finally:
                bench.close()
        finally:
            await sandbox.close()
    return report


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100, help="of each side, each round")
    parser.add_argument("--tier", choices=("full", "reduced"))
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATLAS_TUI_HOME"] = home
        report = asyncio.run(measure(options))
    if options.json:
        options.json.write_text(
            json.dumps({"rounds": options.rounds, "runs": options.runs, **report}, indent=1)
        )


if __name__ == "__main__":
    main()
