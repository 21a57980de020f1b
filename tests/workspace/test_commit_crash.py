"""An app killed at any point of a commit: at the next start it is made or not, and nothing in between."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from atlas_tui.errors import Refused
from atlas_tui.workspace import index_lock, journal as journal_room
from tests.workspace.committing import NEW, accept, hook, state_of
from tests.workspace.conftest import Tree

_KILLED_AT = """
import os, pathlib, signal, sys
from atlas_tui.workspace import Workspace, branch, commit, index, index_lock, program
wanted, left = sys.argv[2], int(sys.argv[3])

def dying(module, name):
    real = getattr(module, name)
    def wrapped(*arguments, **more):
        global left
        if wanted == "before" and (left := left - 1) < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **more)
        if wanted == "after" and (left := left - 1) < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(module, name, wrapped)

workspace = Workspace.open(pathlib.Path(sys.argv[1]))
dying(program, "run")
dying(index, "refresh")
workspace.commit(["a.py"], "message", branch=sys.argv[4])
print("survived")
"""


def killed(repo: Tree, moment: str, number: int, branch: str = "") -> bool:
    """Commit in another process that is killed before or after its n-th call; whether it came that far."""
    command = [sys.executable, "-c", _KILLED_AT, str(repo.root), moment, str(number), branch]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert ran.returncode in (0, -9), ran.stderr
    return ran.returncode == -9


@pytest.mark.parametrize("branch", ["", "new"])
def test_killed_at_some_steps(repo: Tree, branch: str) -> None:
    """Every few steps; each git call is one, and so is what becomes of the index."""
    head, tree = repo.git("rev-parse", "HEAD").strip(), repo.everything()
    number, outcomes = 0, set()
    while True:
        workspace = repo.open()
        accept(workspace)
        repo.write("staged.py")
        repo.git("add", "staged.py")
        before = state_of(repo)
        if not killed(repo, "after", number, branch):
            break
        workspace = repo.open()
        made = repo.git("rev-parse", "HEAD").strip() != head
        outcomes.add(made)
        assert not (repo.git_dir / "index.lock").exists()
        if not made:
            assert state_of(repo) == before
        assert repo.git("status", "--porcelain", "--", "a.py") == ("" if made else " M a.py\n")
        assert repo.git("status", "--porcelain", "--", "staged.py") == "A  staged.py\n"
        if made:
            with pytest.raises(Refused, match="not yet committed"):
                workspace.commit(["a.py"], "twice")
            record = workspace.commit_of(journal_room.Journal(repo.root).entries()[-1].id)
            assert record and record[0] == repo.git("rev-parse", "HEAD").strip()
            break
        workspace.undo()
        assert {**repo.everything(), "staged.py": b""} == {**tree, "staged.py": b""}
        number += 8
    assert outcomes == {False, True}


def test_killed_right_after_the_commit(repo: Tree) -> None:
    """Git made the commit, the app could not tell the index: the next start does."""
    accept(repo.open())
    repo.write("staged.py")
    repo.git("add", "staged.py")
    script = _KILLED_AT.replace('dying(program, "run")', "")
    command = [sys.executable, "-c", script, str(repo.root), "before", "0", "new"]
    assert subprocess.run(command, check=False, env=os.environ).returncode == -9
    assert (repo.git_dir / "index.lock").exists() and "M" in repo.git("diff", "--cached", "--name-status")
    workspace = repo.open()
    assert repo.git("status", "--porcelain") == "A  staged.py\n"
    assert repo.git("log", "-1", "--format=%D %s").strip() == "HEAD -> new message"
    with pytest.raises(Refused, match="not yet committed"):
        workspace.commit(["a.py"], "twice")


def test_a_hook_that_outlives_the_killed_app(
    repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its git still needs our index: without it, it would commit the removal of every file."""
    repo.commit(b__py="b\n")
    accept(repo.open())
    hook(
        repo,
        "pre-commit",
        textwrap.dedent(f"""
            kill -9 $ATLAS_PID
            while [ ! -e {tmp_path}/go ]; do sleep 0.05; done
            [ -e {tmp_path}/fine ]
        """),
    )
    script = (
        "import os, pathlib, sys; os.environ['ATLAS_PID'] = str(os.getpid())\n"
        "from atlas_tui.workspace import Workspace\n"
        "Workspace.open(pathlib.Path(sys.argv[1])).commit(['a.py'], 'message')"
    )
    for words in ("go", "fine go"):
        for word in ("go", "fine"):
            (tmp_path / word).unlink(missing_ok=True)
        before = state_of(repo)
        ran = subprocess.run([sys.executable, "-c", script, str(repo.root)], check=False, env=os.environ)
        assert ran.returncode == -9
        with monkeypatch.context() as patched:
            patched.setattr(index_lock, "PATIENCE_SECONDS", 0.1)
            with pytest.raises(Refused, match=r"index\.lock"):
                repo.open().commit(["a.py"], "second")
        for word in words.split():
            (tmp_path / word).touch()
        monkeypatch.setattr(index_lock, "PATIENCE_SECONDS", 20.0)
        repo.open()
        if words == "go":
            assert state_of(repo) == before
    assert repo.git("show", "--name-only", "--format=", "HEAD") == "a.py\n"
    assert repo.git("show", "HEAD:a.py").encode() == NEW and repo.git("status", "--porcelain") == ""
