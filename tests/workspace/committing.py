"""What the tests of commits have in common."""

from __future__ import annotations

import pytest

from atlas_tui.errors import Refused
from atlas_tui.workspace import Workspace
from tests.workspace.conftest import Tree

NEW = b"x = 1\n\n\ndef solve(n):\n    return 42\n\n\ny = 2\n"
"""The file of the fixture with a solution in it."""


def accept(workspace: Workspace, name: str = "a.py", new: bytes = NEW) -> str:
    return workspace.apply(workspace.base(name), new, "s1", confirmed=True).path


def hook(repo: Tree, name: str, script: str) -> None:
    repo.write(f".git/hooks/{name}", f"#!/bin/sh\n{script}\n").chmod(0o755)


def state_of(repo: Tree) -> tuple[object, ...]:
    """HEAD, branches and index by their bytes, and all files."""
    return repo.record(), repo.everything()


def refused(repo: Tree, why: str, paths: list[str] | None = None, **how: object) -> Refused:
    """Committing is refused for this reason, with tree, index, HEAD and branches as before."""
    before, locked = state_of(repo), (repo.git_dir / "index.lock").exists()
    with pytest.raises(Refused, match=why) as caught:
        repo.open().commit(paths or ["a.py"], "message", **how)  # type: ignore[arg-type]
    assert state_of(repo) == before
    assert (repo.git_dir / "index.lock").exists() is locked
    assert caught.value.one_line().isprintable()
    return caught.value
