"""Some hunks of a change, run on the tests that decide: a part of a change is another change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas_tui.events import CandidateReady, SubsetTested, Verdict
from atlas_tui.problem import Problem
from atlas_tui.project.base import FileChange
from atlas_tui.sandbox.base import Sandbox, Tier
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.evidence import judged, project_of
from atlas_tui.solver.change.replies import as_event


async def test_files(
    sandbox: Sandbox,
    problem: Problem,
    files: Sequence[FileChange],
    *,
    candidate: str,
    round_number: int,
    hunks: Sequence[int],
) -> SubsetTested:
    """Run the checks on these files over the base.

    Where nothing can be said, ``state`` tells why and nothing counts as passed: there are no checks, or no
    isolation.
    """
    isolation = await sandbox.probe()
    why = isolation.why if isolation.tier is Tier.NONE else ""
    if not problem.samples:
        why = "there are no tests that decide"
    elif not Path(project_of(problem).base).is_dir():
        why = "the private copy that they run on is gone"
    passed = 0
    if not why:
        made = tuple(map(as_event, files))
        ready = CandidateReady(candidate=candidate, round=round_number, code="", files=made)
        runs = await judged(sandbox, problem, Attempt(ready))
        passed = sum(run.verdict is Verdict.OK for run in runs)
        if any(run.verdict is Verdict.IE for run in runs):
            why, passed = "the sandbox failed", 0
    return SubsetTested(
        candidate=candidate,
        round=round_number,
        hunks=tuple(hunks),
        passed=passed,
        samples=len(problem.samples),
        state=why,
    )


# Its name begins like a test; pytest is told that it is none.
test_files.__test__ = False  # type: ignore[attr-defined]
