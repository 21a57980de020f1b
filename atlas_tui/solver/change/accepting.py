"""A candidate's files as writes into the person's tree."""

from __future__ import annotations

from atlas_tui.events import CandidateReady
from atlas_tui.problem import Problem
from atlas_tui.project.accepting import writes_of
from atlas_tui.solver.change.evidence import project_of
from atlas_tui.solver.change.replies import changes_of
from atlas_tui.workspace import Workspace, Write


def writes(workspace: Workspace, problem: Problem, ready: CandidateReady) -> list[Write]:
    """What ``Workspace.apply_all`` takes; nothing is written here.

    Raises:
        Refused: a file is no longer as it was when the problem was read.
        InputError: a file cannot be a target.
    """
    return writes_of(workspace, project_of(problem), changes_of(ready.files))
