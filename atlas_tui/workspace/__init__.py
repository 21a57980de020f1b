"""The working tree of the person: what a solution is written into, and how it is taken back or committed."""

from atlas_tui.workspace.base import Base
from atlas_tui.workspace.diff import Diff, DiffLine
from atlas_tui.workspace.workspace import Workspace

__all__ = ["Base", "Diff", "DiffLine", "Workspace"]
