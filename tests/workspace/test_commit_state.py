"""What a person is told before they ask for a commit."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_tui.errors import Refused
from atlas_tui.workspace import branch
from tests.workspace.committing import accept, hook, refused, state_of
from tests.workspace.conftest import Tree


def test_an_ordinary_state(repo: Tree) -> None:
    repo.git("checkout", "-q", "-b", "solve")
    hook(repo, "pre-commit", "exit 0")
    hook(repo, "commit-msg", "exit 0")
    repo.write(".git/hooks/post-commit", "not executable").chmod(0o644)
    workspace = repo.open()
    path = accept(workspace)
    before = state_of(repo)
    state = workspace.commit_state([path, path])
    assert state_of(repo) == before
    assert (state.branch, state.detached, state.protected, state.unborn) == ("solve", False, False, False)
    assert (state.under_way, state.staged, state.signing) == ("", (), False)
    assert state.hooks == ("pre-commit", "commit-msg")
    assert state.author == "Ada <ada@example.org>" and state.warnings == ()


def test_warnings(repo: Tree, plain_git: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = repo.open()
    path = accept(workspace)
    assert workspace.commit_state([path]).warnings == (
        "main is a branch that many projects protect: a new one may be better.",
    )
    repo.git("checkout", "-q", "--detach")
    repo.git("config", "--unset", "user.name")
    repo.git("config", "user.useConfigOnly", "true")
    repo.git("config", "core.hooksPath", "hooks")
    repo.git("config", "commit.gpgsign", "1")
    repo.write("hooks/pre-commit", "#!/bin/sh\n").chmod(0o755)
    repo.write(".git/index.lock")
    repo.write(".git/MERGE_HEAD", "0" * 40)
    repo.write("a.py", "changed since")
    state = workspace.commit_state([path, "other.py"])
    assert (state.branch, state.detached, state.author, state.signing) == ("", True, "", True)
    assert (state.under_way, state.hooks) == ("a merge", ("pre-commit",))
    assert [warning.split(":")[0] for warning in state.warnings] == [
        "A merge is under way",
        "HEAD is on no branch",
        "Git does not know who you are",
        "The repository's own settings run programs",
        f"{repo.git_dir}/index.lock exists",
        "a.py is not committed",
        "other.py is not committed",
    ]
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Grace")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "g@example.org")
    assert workspace.commit_state([path]).author == "Grace <g@example.org>"


def test_before_the_first_commit(tmp_path: Path) -> None:
    repo = Tree(tmp_path / "fresh").init()
    workspace = repo.open()
    state = workspace.commit_state([accept(workspace)])
    assert (state.branch, state.unborn, state.staged) == ("main", True, ())


def test_hooks_of_a_linked_worktree(repo: Tree, tmp_path: Path) -> None:
    hook(repo, "pre-commit", "echo of all")
    repo.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "other"))
    workspace = Tree(tmp_path / "other").open()
    assert workspace.commit_state([accept(workspace)]).hooks == ("pre-commit",)
    assert workspace.commit(["a.py"], "m").output == "of all"


def test_without_git_there_is_no_state(plain: Tree) -> None:
    with pytest.raises(Refused, match="no git repository"):
        plain.open().commit_state(["a.py"])


@pytest.mark.parametrize(
    ("name", "protected"),
    [
        *((name, True) for name in ("main", "master", "trunk", "release", "release/1.2", "v1.x", "2.0")),
        *((name, False) for name in ("", "solve", "mainly", "fix/main", "feature/release")),
    ],
)  # fmt: skip
def test_names_that_are_often_protected(name: str, protected: bool) -> None:
    assert branch.is_often_protected(name) is protected


def _begin(repo: Tree, what: str) -> None:
    """Really begin it, with a conflict, in another file than ours."""
    repo.commit(b__py="base\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit(b__py="side\n", c__py="c\n")
    repo.git("checkout", "-q", "main")
    repo.commit(b__py="main\n")
    patch = repo.root.parent / "patch"
    patch.write_text(repo.git("format-patch", "-1", "--stdout", "side"))
    command = {
        "merge": "merge -q side",
        "rebase": "rebase -q side",
        "cherry-pick": "cherry-pick side",
        "revert": "revert --no-edit HEAD~1",
        "am": f"am -q {patch}",
        "bisect": "bisect start HEAD HEAD~1",
    }[what]
    repo.git(*command.split(), check=False)


@pytest.mark.parametrize("what", ["merge", "rebase", "cherry-pick", "revert", "am", "bisect"])
def test_something_really_under_way(repo: Tree, what: str) -> None:
    _begin(repo, what)
    workspace = repo.open()
    accept(workspace)
    refused(repo, f"a[n]? .*{what}.* is under way")
    assert what in workspace.commit_state(["a.py"]).under_way
    if what != "bisect":
        repo.git(what, "--abort", check=False)


def test_no_name(repo: Tree) -> None:
    repo.git("config", "--unset", "user.name")
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    accept(repo.open())
    error = refused(repo, "git does not know who you are")
    assert "user.name" in error.todo


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_ownership_is_explained(repo: Tree, plain_git: Path) -> None:
    for path in (repo.root, repo.git_dir, *repo.git_dir.rglob("*")):
        os.chown(path, 12345, 12345)
    workspace = repo.open()
    accept(workspace)
    with pytest.raises(Refused, match="without git") as caught:
        workspace.commit(["a.py"], "message")
    assert "another user" in caught.value.why and "safe.directory" in caught.value.todo
    assert not (plain_git / ".gitconfig").exists()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda repo: None, "main@{}"),
        (lambda repo: repo.write("b.py"), "main@{} + 1 uncommitted"),
        (lambda repo: (repo.write("b.py"), repo.write("a.py", "x")), "main@{} + 2 uncommitted"),
        (lambda repo: repo.git("checkout", "-q", "-b", "feature/ä b".replace(" ", "-")), "feature/ä-b@{}"),
    ],
)
def test_head_in_words(repo: Tree, prepare: Callable[[Tree], object], words: str) -> None:
    prepare(repo)
    assert repo.open().head() == words.format(repo.git("rev-parse", "HEAD")[:6])


def test_head_with_packed_references(repo: Tree) -> None:
    repo.git("pack-refs", "--all")
    assert repo.open().head() == f"main@{repo.git('rev-parse', 'HEAD')[:6]}"
