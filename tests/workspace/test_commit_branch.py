"""A commit on a new branch: made and switched to by git, and gone again when there is no commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui.errors import InputError, Refused
from tests.workspace.committing import accept, hook, refused, state_of
from tests.workspace.conftest import Tree


@pytest.mark.parametrize("name", ["solve", "feature/ä-1", "a.b_c+d"])
def test_a_new_branch(repo: Tree, name: str) -> None:
    before = repo.git("rev-parse", "HEAD")
    repo.write("other.py", "staged\n")
    repo.git("add", "other.py")
    hook(repo, "pre-commit", "git symbolic-ref --short HEAD")
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "Solve it", branch=name)
    assert (made.branch, made.output) == (name, name), "the hook is on it already"
    assert repo.git("symbolic-ref", "--short", "HEAD").strip() == name
    assert repo.git("rev-parse", "HEAD").strip() == made.commit
    assert repo.git("rev-parse", "HEAD^") == before == repo.git("rev-parse", "main")
    assert repo.git("status", "--porcelain") == "A  other.py\n"
    repo.git("stash", "-q")
    repo.git("checkout", "-q", "-")
    assert repo.git("symbolic-ref", "--short", "HEAD") == "main\n", "git knows where it came from"


def test_the_branch_it_is_on_already_is_no_new_one(repo: Tree) -> None:
    workspace = repo.open()
    assert workspace.commit([accept(workspace)], "m", branch="main").branch == "main"


def test_from_a_detached_head_and_before_the_first_commit(repo: Tree, tmp_path: Path) -> None:
    repo.git("checkout", "-q", "--detach")
    workspace = repo.open()
    assert workspace.commit([accept(workspace)], "m", branch="kept").branch == "kept"
    fresh = Tree(tmp_path / "fresh").init()
    workspace = fresh.open()
    made = workspace.commit([accept(workspace)], "m", branch="trunk")
    assert fresh.git("log", "--format=%H %D").strip() == f"{made.commit} HEAD -> trunk"


@pytest.mark.parametrize(
    "name",
    [
        "-x", "a b", "a..b", "a.lock", "/a", "a/", "a//b", ".a", "@{-1}", "@{u}", "HEAD", "a~1", "a:b", "a?",
        "a*", "a\nb", "a\x1b[31m", "a\0b", "\udcff", "refs/heads/x", "x" * 300, "--help", "a\u202eb",
    ],
)  # fmt: skip
def test_names_that_cannot_be(repo: Tree, name: str) -> None:
    accept(repo.open())
    before = state_of(repo)
    with pytest.raises((InputError, Refused)) as caught:
        repo.open().commit(["a.py"], "message", branch=name)
    assert caught.value.one_line().isprintable()
    assert state_of(repo) == before


@pytest.mark.parametrize(("there", "wanted"), [("x", "x"), ("x", "x/y"), ("x/y", "x"), ("x/y/z", "x/y")])
def test_names_that_are_taken(repo: Tree, there: str, wanted: str) -> None:
    repo.git("branch", there)
    repo.git("pack-refs", "--all")
    accept(repo.open())
    before = state_of(repo)
    with pytest.raises(Refused, match=f"there is a branch {there}"):
        repo.open().commit(["a.py"], "message", branch=wanted)
    assert state_of(repo) == before


@pytest.mark.parametrize("where", ["branch", "detached", "unborn"])
def test_no_commit_no_branch(repo: Tree, tmp_path: Path, where: str) -> None:
    tree = Tree(tmp_path / "fresh").init() if where == "unborn" else repo
    if where == "detached":
        tree.git("checkout", "-q", "--detach")
    accept(tree.open())
    hook(tree, "pre-commit", "echo not here; exit 1")
    refused(tree, "not here", branch="new/one")
    assert "new" not in tree.git("branch", "--list", "--all")
    (tree.git_dir / "hooks" / "pre-commit").unlink()
    assert tree.open().commit(["a.py"], "message", branch="new/one").branch == "new/one"


def test_killed_while_on_the_new_branch(repo: Tree) -> None:
    """The next start goes back to where it was."""
    accept(repo.open())
    hook(repo, "pre-commit", "kill -9 $ATLAS_PID; exit 1")
    script = (
        "import os, pathlib, sys; os.environ['ATLAS_PID'] = str(os.getpid())\n"
        "from atlas_tui.workspace import Workspace\n"
        "Workspace.open(pathlib.Path(sys.argv[1])).commit(['a.py'], 'message', branch='new')"
    )
    before = state_of(repo)
    ran = subprocess.run([sys.executable, "-c", script, str(repo.root)], check=False, env=os.environ)
    assert ran.returncode == -9 and repo.git("symbolic-ref", "HEAD") == "refs/heads/new\n"
    repo.open()
    assert state_of(repo) == before
