"""The working tree of the person: what a solution is written into, and how it is taken back or committed."""

from atlas_tui.workspace.base import Base
from atlas_tui.workspace.commit import CommitRefused
from atlas_tui.workspace.commit_state import CommitState
from atlas_tui.workspace.diff import Diff, DiffLine
from atlas_tui.workspace.hunks import Change, Hunk
from atlas_tui.workspace.merge import Merge, Part, PartKind
from atlas_tui.workspace.place import How
from atlas_tui.workspace.targets import Kind, Proposal
from atlas_tui.workspace.workspace import Workspace
from atlas_tui.workspace.write import Write

__all__ = [
    "Base",
    "Change",
    "CommitRefused",
    "CommitState",
    "Diff",
    "DiffLine",
    "How",
    "Hunk",
    "Kind",
    "Merge",
    "Part",
    "PartKind",
    "Proposal",
    "Workspace",
    "Write",
]
