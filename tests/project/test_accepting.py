"""A candidate's files become writes into the person's tree, whatever that tree is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.problem import Project
from atlas_tui.project.accepting import bases_as_read, writes_of
from atlas_tui.project.base import FileChange
from atlas_tui.workspace import Workspace
from tests.project.suites import laid

CHANGES = [FileChange("a.py", b"x = 2\n")]


@pytest.mark.parametrize("name", [b"back\\slash", b"caf\xe9", b"new\nline"])
def test_any_bytes_may_be_in_the_name_of_the_folder(tmp_path: Path, name: bytes) -> None:
    tree = laid(tmp_path / os.fsdecode(name), {"a.py": "x = 1\n"})
    copy = laid(tmp_path / "copy", {"a.py": "x = 1\n"})
    project = Project(root=str(tree), base=str(copy), identity="", command=("pytest",), runner="pytest")
    workspace = Workspace.open(tree)
    assert [base.path for base in bases_as_read(workspace, project, CHANGES, "")] == ["a.py"]
    workspace.apply_all(writes_of(workspace, project, CHANGES), "s1")
    assert (tree / "a.py").read_bytes() == b"x = 2\n"


def test_a_tree_below_the_folder_that_is_open_has_its_files_found(tmp_path: Path) -> None:
    laid(tmp_path / "whole", {"part/a.py": "x = 1\n"})
    copy = laid(tmp_path / "copy", {"a.py": "x = 1\n"})
    root = tmp_path / "whole" / "part"
    project = Project(root=str(root), base=str(copy), identity="", command=("pytest",), runner="pytest")
    workspace = Workspace.open(tmp_path / "whole")
    workspace.apply_all(writes_of(workspace, project, CHANGES), "s1")
    assert (root / "a.py").read_bytes() == b"x = 2\n"
