"""Recorded programs run in the sandbox: many calls of one program in one run where that is possible."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from atlas_tui.bench.calls import Result, Step
from atlas_tui.errors import Refused
from atlas_tui.events import Verdict
from atlas_tui.problem import Limits, Problem
from atlas_tui.sandbox.base import Job, Ran, Sandbox, Tier
from atlas_tui.solver.evidence import job

CALL_SECONDS = 1.0
"""Processor time of one call among many."""
PATIENCE = 2
"""Time-outs after which the other calls of a program count as such without being run."""
TOGETHER = Limits(wall_seconds=30.0, memory_bytes=1 << 30, output_bytes=8 << 20)
"""Limits of one run with many calls; what is left beyond them gets another run."""
_AT_ONCE = 8


class Runner:
    """Runs programs; use within one event loop."""

    def __init__(self, sandbox: Sandbox, call_seconds: float = CALL_SECONDS) -> None:
        self._sandbox, self._seconds = sandbox, call_seconds
        self._limits = replace(TOGETHER, cpu_seconds=3 * call_seconds)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.runs = 0
        """Runs in the sandbox so far."""

    async def check(self) -> None:
        """Raises: Refused, where nothing can be run."""
        isolation = await self._sandbox.probe()
        if isolation.tier is Tier.NONE:
            raise Refused("recorded programs are not run", isolation.why, "see `atlas-tui doctor`")

    async def on(self, problem: Problem, code: str, given: Sequence[str]) -> list[Ran]:
        """The program on each input, as a run of the solver would do it; given up after some time-outs."""
        found: list[Ran] = []
        for one in given:
            if sum(ran.verdict is Verdict.TLE for ran in found) >= PATIENCE:
                found.append(Ran(verdict=Verdict.TLE))
            else:
                found.append(await self._run(job(problem, code, one)))
        return found

    async def steps(self, code: str, entry_point: str, steps: Sequence[Step]) -> list[Result]:
        """The results of the steps, in one run unless something ends it; that is told of the step it was."""
        results: list[Result] = []
        while len(results) < len(steps):
            left = PATIENCE - sum(result.verdict is Verdict.TLE for result in results)
            if left <= 0:
                break
            found, ended = await self._once(code, entry_point, steps[len(results) :], left)
            results += found
            if ended is Verdict.IE:
                return results + [Result(ended)] * (len(steps) - len(results))
            # Time may have run out on a step that has no fault: it gets a run of its own.
            if len(results) < len(steps) and not (found and ended is Verdict.TLE):
                results.append(Result(Verdict.RE if ended is Verdict.OK else ended))
        return results + [Result(Verdict.TLE)] * (len(steps) - len(results))

    async def _once(
        self, code: str, entry_point: str, steps: Sequence[Step], patience: int
    ) -> tuple[list[Result], Verdict]:
        """What one run tells of the first of these steps, and how it ended."""
        mark = secrets.token_hex(8)
        arguments = json.dumps([code, entry_point, list(steps), self._seconds, patience, mark])
        ran = await self._run(
            Job(source=_inside(), entry_point="answer", arguments=arguments, limits=self._limits)
        )
        return list(_results(ran.stdout, mark))[: len(steps)], ran.verdict

    async def _run(self, work: Job) -> Ran:
        async with self._slots:
            self.runs += 1
            return await self._sandbox.run(work)


@cache
def _inside() -> str:
    return Path(__file__).with_name("inside.py").read_text(encoding="utf-8")


def _results(printed: bytes, mark: str) -> Iterator[Result]:
    """What ``inside.answer`` wrote down before the run ended, and nothing that the program printed itself."""
    for line in printed.decode("ascii", "replace").split("\n")[:-1]:  # the last may be cut
        written, _, rest = line.partition(" ")
        verdict, blank, payload = rest.partition(" ")
        if written == mark and blank and verdict in set(Verdict):
            yield Result(Verdict(verdict), payload)
