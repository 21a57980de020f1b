"""What can still be done with the candidates of a run: stop one, repair one. No Textual here.

The solver has the last word, and refuses in words what cannot be done.
"""

from __future__ import annotations

from atlas_tui.events import Verdict
from atlas_tui.ui.state import Candidate, Phase, RunState

_WRITING = (Phase.WAITING, Phase.PLANNING, Phase.PLANNED, Phase.WRITING, Phase.REPAIRING)
_SIDES = 4
"""Perspectives of a repair."""


def goes_on(run: RunState) -> bool:
    """More can be asked of it: it has ended, and its problem is known."""
    return bool(run.session) and run.ended is not None and run.problem is not None


def stoppable(run: RunState) -> tuple[str, ...]:
    """Candidates for which the model writes, or will write."""
    if not run.running:
        return ()
    return tuple(entry.label for entry in run.candidates if entry.phase in _WRITING and not entry.stopped)


def repairable(run: RunState) -> tuple[str, ...]:
    """Candidates with a program that is known to fail, and a side from which it was not repaired yet."""
    if not goes_on(run):
        return ()
    return tuple(entry.label for entry in run.candidates if _repairable(entry))


def _repairable(entry: Candidate) -> bool:
    standing = entry.standing
    if standing is None or not standing.code or len(entry.repairs) >= _SIDES:
        return False
    failed = any(run.verdict not in (Verdict.OK, Verdict.IE) for run in standing.runs)
    # A change that passes everything by what it may not do can be made again without that.
    return failed or bool(standing.flags)
