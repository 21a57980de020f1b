"""The files of a candidate as writes into the person's tree, held against what they were made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from atlas_tui.errors import Refused
from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange
from atlas_tui.project.difference import difference
from atlas_tui.project.files import Folder
from atlas_tui.workspace import Base, Workspace, Write
from atlas_tui.workspace.text import Style, style_of
from atlas_tui.workspace.tree import FileState


def writes_of(workspace: Workspace, project: Project, changes: Sequence[FileChange]) -> list[Write]:
    """What ``Workspace.apply_all`` takes; nothing is written here.

    Raises:
        Refused: a file is no longer as it was when the problem was read.
        InputError: a file cannot be a target.
    """
    return [Write(base_of(workspace, project, each.path), each.content) for each in changes]


def base_of(workspace: Workspace, project: Project, path: str) -> Base:
    """A file of the tree, which must be what candidates were built on. Raises: Refused, InputError."""
    base = workspace.base(_named(workspace, project, path))
    before = Folder(Path(project.base)).read(path)
    if (base.content if base.exists else None) != before:
        why = "it was changed since the problem was read" if before is not None else "it is there by now"
        raise Refused(f"{path} is not written", why, "solve the problem again on the tree as it is")
    return base


def bases_as_read(
    workspace: Workspace, project: Project, changes: Sequence[FileChange], diff: str
) -> list[Base]:
    """The files as candidates were built on them, whatever stands there by now.

    ``Workspace.moved`` tells which is another one, and writing refuses it. ``diff`` is the recorded
    difference of the same changes: once the private copy is gone, the files are the same where it still is.

    Raises:
        Refused: the copy is gone, and some of the files are others by now.
        InputError: a file cannot be a target.
    """
    here = [workspace.base(_named(workspace, project, each.path)) for each in changes]
    copy = Folder(Path(project.base))
    if copy.root.is_dir():
        pairs = zip(here, changes, strict=True)
        return [_as_it_was(base, copy.read(each.path)) for base, each in pairs]
    if difference(Folder(Path(project.root)), changes).text != diff:
        why = "the files are others by now, and the copy it was made on is gone"
        raise Refused("The change does not fit", why, "solve the problem again on the tree as it is")
    return here


def _named(workspace: Workspace, project: Project, path: str) -> str:
    """As a target. What stands above the tree is left off where it can be: any bytes may be in it."""
    root = Path(project.root)
    return path if root == workspace.folder else str(root / path)


def _as_it_was(here: Base, before: bytes | None) -> Base:
    """The file with the content of the private copy; None where that has none."""
    if before == (here.content if here.exists else None):
        return here
    if before is None:
        return replace(here, exists=False, content=b"", sha256="", style=Style(), stamp=None, links=1)
    return replace(
        here,
        exists=True,
        content=before,
        sha256=FileState.of(before, here.mode).sha256,
        style=style_of(before, here.path),
        stamp=None,
    )
