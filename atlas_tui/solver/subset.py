"""The file with some hunks taken, run on the samples: a part of a solution is another program."""

from __future__ import annotations

import asyncio
import io
import re
import tokenize
from collections.abc import Sequence

from atlas_tui.events import SubsetTested, Verdict
from atlas_tui.problem import Problem
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran, Sandbox, Tier
from atlas_tui.solver.evidence import job

_MISSING = re.compile(r"^(?:ModuleNotFoundError|ImportError): ")
"""The file needs its neighbours, which are not in the sandbox: that says nothing about its answers."""


async def test_subset(
    sandbox: Sandbox,
    problem: Problem,
    content: bytes,
    *,
    candidate: str,
    round_number: int,
    hunks: Sequence[int],
) -> SubsetTested:
    """Run the samples on these bytes of a file.

    Where nothing can be said, ``state`` tells why and nothing counts as passed: there are no samples, no
    isolation, the bytes are no text that Python reads, or the file imports what the sandbox does not have.
    """
    source, fault = source_of(content)
    why = await _obstacle(sandbox, problem) or fault
    runs: list[Ran] = []
    if not why:
        jobs = [job(problem, source, sample.given, candidate) for sample in problem.samples]
        runs = list(await asyncio.gather(*map(sandbox.run, jobs)))
        why = next(filter(None, map(_untold, runs)), "")
    verdicts = [
        judge(ran, sample.expected, problem.mode) for ran, sample in zip(runs, problem.samples, strict=False)
    ]
    return SubsetTested(
        candidate=candidate,
        round=round_number,
        hunks=tuple(hunks),
        passed=0 if why else verdicts.count(Verdict.OK),
        samples=len(problem.samples),
        state=why,
    )


# Its name begins like a test; pytest is told that it is none.
test_subset.__test__ = False  # type: ignore[attr-defined]


async def _obstacle(sandbox: Sandbox, problem: Problem) -> str:
    if not problem.samples:
        return "there are no samples"
    isolation = await sandbox.probe()
    return isolation.why if isolation.tier is Tier.NONE else ""


def source_of(content: bytes) -> tuple[str, str]:
    """The text as Python would read the file, or why it would not."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding), ""
    except (SyntaxError, UnicodeDecodeError):
        return "", "its bytes are no text that Python reads"


def _untold(ran: Ran) -> str:
    """Why this run says nothing about the answers; empty where it does."""
    if ran.verdict is Verdict.IE:
        return "the sandbox failed"
    last = ran.stderr.decode("utf-8", "replace").rstrip().splitlines()[-1:]
    if ran.verdict is Verdict.RE and last and _MISSING.match(last[0]):
        return f"it needs what is not in the sandbox ({last[0].partition(': ')[2][:200]})"
    return ""
