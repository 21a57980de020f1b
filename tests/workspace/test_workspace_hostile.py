"""A repository may configure programs of its choice; looking at it and writing into it runs none of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import program
from tests.workspace.conftest import SOLUTION, Tree


@pytest.fixture
def canary(tmp_path: Path) -> tuple[str, Path]:
    """A command that leaves a mark, and the folder of the marks."""
    marks = tmp_path / "marks"
    marks.mkdir()
    script = tmp_path / "canary"
    script.write_text(f'#!/bin/sh\ntouch "{marks}/$$"\ncat\nexit 0\n')
    script.chmod(0o755)
    return str(script), marks


def look_and_write(tree: Tree) -> None:
    workspace = tree.open()
    workspace.head()
    for name in ("a.py", "b.txt", "new.py"):
        base = workspace.base(name)
        workspace.diff(base, workspace.place(base, SOLUTION, "solve"))
        workspace.apply(base, b"changed\n", "s1")
        workspace.head()
        workspace.undo()
    workspace.head()


def test_no_program_of_the_repository_runs(repo: Tree, canary: tuple[str, Path]) -> None:
    command, marks = canary
    repo.commit(
        b__txt="text\n", __gitattributes="* filter=evil diff=evil merge=evil text=auto\n*.py filter=two\n"
    )
    for key in (
        "core.fsmonitor",
        "core.sshCommand",
        "core.editor",
        "core.pager",
        "core.askPass",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.two.process",
        "merge.evil.driver",
        "gpg.program",
        "credential.helper",
        "sequence.editor",
        "pager.status",
        "interactive.diffFilter",
        "remote.origin.uploadpack",
        "alias.status",
        "alias.rev-parse",
    ):
        repo.git("config", key, f"!{command}" if key.startswith("alias") else command)
    repo.git("config", "filter.two.required", "true")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::{command}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "protocol.ext.allow", "always")
    repo.git("config", "core.hooksPath", str(marks.parent / "hooks"))
    (marks.parent / "hooks").mkdir()
    for name in (
        "pre-commit",
        "post-index-change",
        "post-checkout",
        "reference-transaction",
        "fsmonitor-watchman",
    ):
        (marks.parent / "hooks" / name).symlink_to(command)
    for file in marks.iterdir():
        file.unlink()
    # Same size and an odd time: git can only tell by reading, that is by filtering, the file.
    os.utime(repo.root / "b.txt", (1, 1))
    look_and_write(repo)
    assert list(marks.iterdir()) == []
    subprocess.run(["git", "status"], cwd=repo.root, capture_output=True, check=False)
    assert list(marks.iterdir()) != [], "plain git does run them, so this test can fail"


def test_filters_in_included_and_worktree_settings(repo: Tree, canary: tuple[str, Path]) -> None:
    command, marks = canary
    repo.commit(b__txt="text\n", __gitattributes="*.txt filter=evil.name\n*.py filter=three\n")
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "filter.three.clean", command)
    (repo.git_dir / "more").write_text(f'[filter "evil.name"]\n\tclean = {command}\n\trequired\n')
    repo.git("config", "include.path", "more")
    for name in ("b.txt", "a.py"):
        os.utime(repo.root / name, (1, 1))
    look_and_write(repo)
    assert list(marks.iterdir()) == []


def test_git_planted_in_the_tree_is_not_used(
    repo: Tree, canary: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, marks = canary
    for place in ("git", "bin/git", "sub/git"):
        repo.write(place, f"#!/bin/sh\nexec {command}\n").chmod(0o755)
    outside = marks.parent / "links"
    outside.mkdir()
    (outside / "git").symlink_to(repo.root / "git")
    real = os.environ["PATH"]
    monkeypatch.setenv(
        "PATH", os.pathsep.join([".", "", str(repo.root / "bin"), str(outside), str(repo.root), real])
    )
    monkeypatch.chdir(repo.root / "sub")
    workspace = repo.open("sub")
    assert workspace.head().startswith("main@")
    applied = workspace.apply(workspace.base("new.py"), b"x\n", "s1")
    workspace.commit([applied.path], "message")
    assert list(marks.iterdir()) == []
    monkeypatch.setenv("PATH", str(repo.root / "bin"))
    assert program.find_git(repo.root / "sub") == "" and not repo.open().has_git


def test_environment_of_the_caller_is_ignored(
    repo: Tree, tmp_path: Path, canary: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, marks = canary
    other = Tree(tmp_path / "other").init()
    other.commit(z__py="other\n")
    before = other.record(), other.everything()
    commit = repo.git("rev-parse", "HEAD")
    for name, value in {
        "GIT_DIR": str(other.git_dir),
        "GIT_WORK_TREE": str(other.root),
        "GIT_COMMON_DIR": str(other.git_dir),
        "GIT_INDEX_FILE": str(other.git_dir / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.git_dir / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": command,
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor'='{command}'",
        "GIT_EXTERNAL_DIFF": command,
        "GIT_CEILING_DIRECTORIES": str(tmp_path),
        "GIT_NAMESPACE": "odd",
        "GIT_TRACE": str(marks / "trace"),
        "GIT_EXEC_PATH": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    (repo.root / "sub").mkdir()
    workspace = repo.open("sub")
    assert workspace.root == repo.root
    assert workspace.head() == f"main@{commit[:6]}"
    applied = workspace.apply(workspace.base("new.py"), b"x\n", "s1")
    made = workspace.commit([applied.path], "message")
    monkeypatch.undo()
    assert Tree(repo.root).git("-c", "safe.directory=*", "rev-parse", "HEAD").strip() == made.commit
    assert (other.record(), other.everything()) == before and list(marks.iterdir()) == []


def test_folder_names_are_not_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELSEWHERE", "x")
    repo = Tree(tmp_path / "$ELSEWHERE ~").init()
    repo.commit(a__py=SOLUTION)
    assert repo.open().head().startswith("main@")


@pytest.mark.parametrize("elsewhere", ["/", "../other", "."])
def test_a_repository_that_names_another_tree_as_its_own(repo: Tree, tmp_path: Path, elsewhere: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    repo.git("config", "core.worktree", str((repo.root / elsewhere).resolve()))
    workspace = repo.open()
    assert (workspace.root, workspace.has_git) == (repo.root, elsewhere == ".")
    with pytest.raises(InputError, match="outside"):
        workspace.base(str(other / "x.py"))
    workspace.apply(workspace.base("x.py"), b"x\n", "s1")
    assert (repo.root / "x.py").exists() and list(other.iterdir()) == []


def _other_branch_name(repo: Tree) -> None:
    repo.git("pack-refs", "--all")
    packed = repo.git_dir / "packed-refs"
    packed.write_bytes(
        packed.read_bytes() + repo.git("rev-parse", "HEAD").strip().encode() + b" refs/heads/\xff\n"
    )


def _own_branch_name(repo: Tree) -> None:
    made = repo.git("rev-parse", "HEAD")
    Path(os.fsdecode(os.fsencode(repo.git_dir) + b"/refs/heads/\xff")).write_text(made)
    (repo.git_dir / "HEAD").write_bytes(b"ref: refs/heads/\xff\n")


def _old_packed_refs(repo: Tree) -> None:
    repo.git("pack-refs", "--all")
    packed = repo.git_dir / "packed-refs"
    packed.write_text("# pack-refs with: sorted\n" + packed.read_text().partition("\n")[2])


def _sha_256(repo: Tree) -> None:
    shutil.rmtree(repo.git_dir)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.git("config", "user.name", "Ada")
    repo.git("config", "user.email", "ada@example.org")
    repo.commit()


@pytest.mark.parametrize("prepare", [_other_branch_name, _own_branch_name, _old_packed_refs, _sha_256])
def test_references_that_gitpython_does_not_read(repo: Tree, prepare: Callable[[Tree], None]) -> None:
    """None of them may pass for a repository without commits: ours would remove every other file."""
    prepare(repo)
    workspace = repo.open()
    assert "no commits yet" not in workspace.head()
    applied = workspace.apply(workspace.base("new.py"), b"x\n", "s1")
    made = workspace.commit([applied.path], "message").commit
    assert repo.git("show", "--name-status", "--format=%H", "HEAD").split() == [made, "A", "new.py"]
    assert repo.git("status", "--porcelain") == ""


def test_a_repository_that_is_gone(repo: Tree) -> None:
    workspace = repo.open()
    applied = workspace.apply(workspace.base("new.py"), b"x\n", "s1")
    shutil.rmtree(repo.git_dir)
    assert "none any more" in workspace.head()
    with pytest.raises(Refused, match="none any more"):
        workspace.commit([applied.path], "message")


def test_folder_names_that_are_not_utf_8(tmp_path: Path) -> None:
    repo = Tree(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))).init()
    repo.commit(a__py=SOLUTION)
    workspace = repo.open()
    applied = workspace.apply(workspace.base("a.py"), b"x = 1\n", "s1")
    assert workspace.commit([applied.path], "message").commit == repo.git("rev-parse", "HEAD").strip()
    (repo.root / os.fsdecode(b"sub\xff")).mkdir()
    with pytest.raises(InputError, match="not UTF-8"):
        repo.open(os.fsdecode(b"sub\xff")).base("b.py")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_repository_of_another_owner(repo: Tree, plain_git: Path) -> None:
    for path in (repo.root, repo.git_dir, *repo.git_dir.rglob("*")):
        os.chown(path, 12345, 12345)
    workspace = repo.open()
    assert not workspace.has_git and "of another user" in workspace.head()
    workspace.apply(workspace.base("a.py"), b"x\n", "s1")
    workspace.undo()
    assert not (plain_git / ".gitconfig").exists()
