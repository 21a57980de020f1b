"""Ctrl-C while git or a hook is at work: there is the whole commit or none, and nothing goes on behind us."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from tests.workspace.committing import accept, hook, state_of
from tests.workspace.conftest import Tree

_COMMIT = """
import pathlib, sys
from atlas_tui.workspace import Workspace

Workspace.open(pathlib.Path(sys.argv[1])).commit(["a.py"], "message", branch=sys.argv[2])
"""


def interrupted(repo: Tree, name: str, branch: str) -> None:
    """Commit, and press Ctrl-C when the hook runs; it would take a second more."""
    hook(repo, name, "touch .git/begun; sleep 1; touch .git/went-on")
    app = subprocess.Popen(
        [sys.executable, "-c", _COMMIT, str(repo.root), branch], stderr=subprocess.PIPE, text=True
    )
    while not (repo.git_dir / "begun").exists():
        assert app.poll() is None
        time.sleep(0.01)
    app.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in app.communicate()[1]
    # What was left running would end meanwhile.
    time.sleep(1.2)
    assert not (repo.git_dir / "went-on").exists() and not (repo.git_dir / "index.lock").exists()


@pytest.mark.parametrize("branch", ["", "new"])
def test_before_the_commit_there_is_none(repo: Tree, branch: str) -> None:
    """Left alone, git would have committed an index that was gone: the removal of every file."""
    accept(repo.open())
    before = state_of(repo)
    interrupted(repo, "pre-commit", branch)
    assert state_of(repo) == before
    (repo.git_dir / "hooks" / "pre-commit").unlink()
    repo.open().commit(["a.py"], "message")
    assert repo.git("show", "--name-only", "--format=") == "a.py\n"


def test_after_the_commit_it_is_known(repo: Tree) -> None:
    workspace = repo.open()
    entry = workspace.apply(workspace.base("a.py"), b"y = 3\n", "s1").entry
    interrupted(repo, "post-commit", "new")
    commit = repo.git("rev-parse", "new").strip()
    assert repo.git("show", "--name-only", "--format=", commit) == "a.py\n"
    assert repo.git("status", "--porcelain", "--branch") == "## new\n"
    assert repo.open().commit_of(entry) == (commit, ("a.py",))
