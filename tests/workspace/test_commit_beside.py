"""What the person has under way beside a commit of ours stays theirs, and only ours is called ours."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from atlas_tui.errors import Refused
from atlas_tui.workspace import index, prepared
from atlas_tui.workspace.repository import Repository
from tests.workspace.committing import accept, hook, refused
from tests.workspace.conftest import Tree


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("merge", "-q", "--squash", "side"), "SQUASH_MSG"),
        (("cherry-pick", "--no-commit", "side"), "MERGE_MSG"),
    ],
)
def test_a_message_that_waits_for_the_person_s_commit(
    repo: Tree, command: tuple[str, ...], name: str
) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit(b__py="b = 1\n")
    repo.git("checkout", "-q", "main")
    repo.git(*command)
    message = (repo.git_dir / name).read_bytes()
    workspace = repo.open()
    workspace.commit([accept(workspace)], "message")
    assert (repo.git_dir / name).read_bytes() == message
    assert repo.git("status", "--porcelain") == "A  b.py\n"


def test_the_message_of_a_commit_of_theirs_that_failed(repo: Tree) -> None:
    message = repo.git_dir / "COMMIT_EDITMSG"
    message.write_text("half an hour of writing\n")
    workspace = repo.open()
    workspace.commit([accept(workspace)], "message")
    assert message.read_text() == "half an hour of writing\n"
    accept(workspace, new=b"z = 1\n")
    hook(repo, "pre-commit", "exit 1")
    refused(repo, "gave no reason")
    assert message.read_text() == "half an hour of writing\n"


def test_a_message_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("theirs")
    (tmp_path / "MERGE_MSG").symlink_to("outside")
    with prepared.kept(tmp_path):
        (tmp_path / "outside").write_text("changed")
    assert (tmp_path / "outside").read_text() == "changed"


def test_a_change_right_after_git_looked_is_seen_afterwards(repo: Tree) -> None:
    """Of the same size and in the same second: git has only the time of the index to know that by."""
    repo.commit(b__py="b = 1\n")
    repo.git("config", "core.trustctime", "false")
    at = (repo.root / "b.py").stat().st_mtime_ns
    repo.write("b.py", "b = 2\n")
    os.utime(repo.root / "b.py", ns=(at, at))
    os.utime(repo.git_dir / "index", ns=(at, at))
    workspace = repo.open()
    accept(workspace)
    workspace.commit(["a.py"], "message")
    assert repo.git("--no-optional-locks", "status", "--porcelain") == " M b.py\n"


@pytest.mark.parametrize("code", [0, 1])
def test_a_hook_that_moves_head(repo: Tree, code: int) -> None:
    """What HEAD is then is no commit of ours, and the index is not made to follow it."""
    repo.commit(b__py="b = 1\n")
    hook(repo, "pre-commit", f"git update-ref HEAD HEAD~1; exit {code}")
    workspace = repo.open()
    entry = workspace.apply(workspace.base("a.py"), b"y = 3\n", "s1").entry
    with pytest.raises(Refused, match="Nothing is committed"):
        workspace.commit(["a.py"], "message")
    assert workspace.commit_of(entry) is None
    assert repo.git("log", "--format=%s") == "made by hand\n"
    assert repo.git("status", "--porcelain") == " M a.py\nA  b.py\n"


@pytest.mark.parametrize("script", ["echo more >> a.py; git add a.py", "git stash -q"])
def test_a_hook_that_commits_something_else_of_the_file(repo: Tree, script: str) -> None:
    hook(repo, "pre-commit", script)
    workspace = repo.open()
    made = workspace.commit([accept(workspace)], "message")
    assert "The commit has not what was accepted, by a hook: a.py" in made.output


def test_no_space_after_the_commit(repo: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the index is to be is written before, so that it does not ask for the opposite of our change."""
    repo.commit(b__py="b = 1\n")
    repo.write("b.py", "b = 2\n")
    repo.git("add", "b.py")
    workspace = repo.open()
    accept(workspace)
    copy = index.copy

    def fails_later(repository: Repository, target: Path) -> None:
        if target.name == "person" and repo.git("log", "-1", "--format=%s") == "message\n":
            raise OSError(28, os.strerror(28))
        copy(repository, target)

    monkeypatch.setattr(index, "copy", fails_later)
    assert workspace.commit(["a.py"], "message").output == ""
    assert repo.git("status", "--porcelain") == "M  b.py\n"
    assert repo.git("show", "--name-only", "--format=") == "a.py\n"


def test_no_space_for_temporary_files(repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = repo.open()
    accept(workspace)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "full"))
    with pytest.raises(Refused, match=r"b.py cannot be used: git cannot be asked"):
        workspace.base("b.py")
    refused(repo, r"No such file|git cannot be asked")
