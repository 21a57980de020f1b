"""Targets that git or an editor has a say in: refused, or written only after a yes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import Workspace, Write
from tests.workspace.conftest import SOLUTION, Tree

NEW = b"def solve(n):\n    return 42\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


def test_sparse_checkout_does_not_come_back(repo: Tree) -> None:
    repo.write("kept/k.py")
    repo.write("left/l.py")
    repo.commit()
    repo.git("sparse-checkout", "set", "kept")
    assert not (repo.root / "left").exists()
    before = repo.everything(), repo.record()
    with pytest.raises(InputError, match="sparse"):
        repo.open().base("left/l.py")
    assert (repo.everything(), repo.record()) == before
    assert repo.open().base("kept/k.py").confirm == ""


def test_sparse_index(repo: Tree) -> None:
    repo.write("kept/k.py")
    repo.write("left/l.py")
    repo.commit()
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
    with pytest.raises(InputError, match="sparse"):
        repo.open().base("left/l.py")


@pytest.mark.parametrize(
    ("flag", "why"), [("--skip-worktree", "skip-worktree"), ("--assume-unchanged", "unchanged")]
)
def test_files_git_was_told_not_to_look_at(repo: Tree, flag: str, why: str) -> None:
    repo.git("update-index", flag, "a.py")
    workspace = repo.open()
    base = workspace.base("a.py")
    assert why in base.confirm
    with pytest.raises(Refused, match=why):
        workspace.apply(base, NEW, "s1")
    workspace.apply(base, NEW, "s1", confirmed=True)
    workspace.undo()
    (repo.root / "a.py").unlink()
    with pytest.raises(InputError, match=why):
        workspace.base("a.py")
    assert not (repo.root / "a.py").exists()


def test_submodule_that_is_checked_out_or_not(repo: Tree, tmp_path: Path) -> None:
    other = Tree(tmp_path / "other").init()
    other.commit(b__py="x = 1\n")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root), "libs/sub")
    repo.git("commit", "-q", "-m", "add it")
    workspace = repo.open()
    with pytest.raises(InputError, match="repository of its own"):
        workspace.base("libs/sub/b.py")
    below = repo.open("libs/sub")
    below.apply(below.base("b.py"), b"x = 2\n", "s1")
    assert repo.read("libs/sub/b.py") == b"x = 2\n" and below.root == repo.root / "libs" / "sub"
    below.undo()
    repo.git("submodule", "deinit", "-q", "-f", "libs/sub")
    before = repo.everything(), repo.record()
    for target in ("libs/sub/b.py", "libs/sub/deep/new.py"):
        with pytest.raises(InputError, match="submodule"):
            workspace.base(target)
    (repo.root / "libs" / "sub").rmdir()
    for target in ("libs/sub", "libs/sub/b.py"):
        with pytest.raises(InputError, match="submodule"):
            workspace.base(target)
    (repo.root / "libs").rmdir()
    with pytest.raises(InputError, match="submodule"):
        workspace.base("libs/sub/b.py")
    assert (repo.everything(), repo.record()) == before
    assert workspace.base("libs/other.py").new_folders == ("libs",)


def test_linked_worktree_is_written_in_its_own_tree(repo: Tree, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "side")
    repo.git("worktree", "add", "-q", str(repo.root / "inner"), "-b", "inner")
    linked = Tree(tmp_path / "linked")
    before = repo.everything(), repo.record()
    workspace = linked.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert linked.read("a.py") == NEW and (repo.everything(), repo.record()) == before
    with pytest.raises(Refused, match="nothing to undo"):
        repo.open().undo()
    workspace.undo()
    with pytest.raises(InputError, match="repository of its own"):
        repo.open().base("inner/a.py")


@pytest.mark.parametrize("store", [".git", ".hg", ".jj"])
def test_foreign_trees_inside(repo: Tree, store: str) -> None:
    (repo.root / "inner" / store).mkdir(parents=True)
    with pytest.raises(InputError, match="repository of its own"):
        repo.open().base("inner/new/b.py")
    assert not (repo.root / "inner" / "new").exists()


def test_repository_without_commits(tmp_path: Path) -> None:
    repo = Tree(tmp_path / "unborn").init()
    repo.write("a.py", SOLUTION)
    before = repo.everything(), repo.record()
    workspace = repo.open()
    workspace.apply_all([Write(workspace.base("a.py"), NEW), Write(workspace.base("d/b.py"), b"b\n")], "s1")
    workspace.undo()
    workspace.redo()
    workspace.undo()
    assert (repo.everything(), repo.record()) == before and not (repo.root / "d").exists()


def test_detached_head(repo: Tree) -> None:
    repo.git("checkout", "-q", "--detach")
    before = repo.record()
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    workspace.undo()
    assert repo.record() == before


def test_lfs_pointers_are_not_rewritten(repo: Tree) -> None:
    repo.commit(data__csv=POINTER)
    with pytest.raises(InputError, match="LFS"):
        repo.open().base("data.csv")
    repo.write("notes.md", b"# On pointers\n\n" + POINTER)
    repo.open().base("notes.md")


@pytest.mark.parametrize("target", ["new.log", "build/x.py", ":(glob)x.log", "s p\n.log", "-x.log"])
def test_ignored_files_need_a_yes(repo: Tree, target: str) -> None:
    repo.commit(__gitignore="*.log\nbuild/\n")
    (repo.root / "__gitignore").unlink(missing_ok=True)
    repo.write(".gitignore", "*.log\nbuild/\n!keep.log\n")
    workspace = repo.open()
    base = workspace.base(target)
    assert "ignores" in base.confirm
    with pytest.raises(Refused, match="ignores"):
        workspace.apply(base, NEW, "s1")
    workspace.apply(base, NEW, "s1", confirmed=True)
    assert "ignores" in workspace.base(target).confirm, "also when it exists"
    workspace.undo()
    assert workspace.base("keep.log").confirm == workspace.base("*.logs").confirm == ""
    repo.write("tracked.log", "x\n")
    repo.git("add", "-f", "tracked.log")
    assert workspace.base("tracked.log").confirm == ""


def test_file_marked_as_binary_needs_a_yes(repo: Tree) -> None:
    repo.commit(__gitattributes="")
    repo.write(".gitattributes", "*.dat binary\n*.svg -diff\n")
    repo.write("x.dat", "text\n")
    repo.write("x.svg", "<svg/>\n")
    for name in ("x.dat", "x.svg"):
        assert "binary" in repo.open().base(name).confirm
    assert repo.open().base("a.py").confirm == ""


def test_link_that_git_knows_but_that_is_gone(repo: Tree) -> None:
    (repo.root / "link.py").symlink_to("a.py")
    repo.commit()
    (repo.root / "link.py").unlink()
    with pytest.raises(InputError, match="symbolic link"):
        repo.open().base("link.py")


@pytest.mark.parametrize(
    ("mark", "editor"),
    [(".a.py.swp", "Vim"), (".a.py.swo", "Vim"), ("#a.py#", "Emacs"), (".~lock.a.py#", "LibreOffice")],
)
def test_editor_that_has_the_file_open_is_told(repo: Tree, mark: str, editor: str) -> None:
    assert repo.open().base("a.py").warnings == ()
    repo.write(mark, "")
    (warning,) = repo.open().base("a.py").warnings
    assert editor in warning and mark in warning
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")


def test_lock_of_emacs_is_a_dangling_link(repo: Tree) -> None:
    (repo.root / ".#a.py").symlink_to("ada@host.1234:5678")
    assert "Emacs" in repo.open().base("a.py").warnings[0]


ESCAPES = [
    "new/../../x.py",
    "new/.git/config",
    "new/.GIT/hooks/pre-commit",
    "new/.g\u200cit/x",
    "new/git~1/x",
    "new/.git. . /x",
    "new/.git::$INDEX_ALLOCATION/x",
    "new/\uff0egit/x",
    "new/.jj/x",
    "\\\\server\\share\\x.py",
    "//etc/x.py",
    "/proc/self/cwd/x.py",
    "new/x\0.py",
    "~root/new/x.py",
    "${HOME}/x.py",
]


@pytest.mark.parametrize("target", ESCAPES)
def test_escapes_through_folders_that_would_be_made(repo: Tree, target: str) -> None:
    before = repo.everything(), repo.record()
    with pytest.raises(InputError):
        repo.open().base(target)
    assert (repo.everything(), repo.record()) == before and not (repo.root / "new").exists()


@pytest.mark.parametrize(
    "name", [".GitModules", ".gitattributes ", ".gitmod\u200cules", "Package.json", "A.PTH"]
)
def test_disguised_names_of_files_that_run_by_themselves(repo: Tree, name: str) -> None:
    assert "by themselves" in repo.open().base(name).confirm


def test_base_written_through_a_path_that_was_forged(repo: Tree) -> None:
    """What reaches the disk is checked again, whatever a base says."""
    from dataclasses import replace

    workspace = repo.open()
    base = workspace.base("new.py")
    for path in ("../x.py", ".git/hooks/post-checkout", "/etc/x", "a/./b.py", "a//b.py", ""):
        with pytest.raises((Refused, InputError)):
            workspace.apply(replace(base, path=path), NEW, "s1")
    assert not (repo.root.parent / "x.py").exists()


def test_link_planted_in_a_new_folder(repo: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making the folder and writing into it, it becomes a link to the outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    workspace = repo.open()
    base = workspace.base("new/x.py")
    real = os.fsync

    def planted(descriptor: int) -> None:
        real(descriptor)
        if (repo.root / "new").is_dir() and not (repo.root / "new").is_symlink():
            (repo.root / "new").rename(repo.root / "aside")
            (repo.root / "new").symlink_to(outside)

    monkeypatch.setattr(os, "fsync", planted)
    with pytest.raises(Refused):
        workspace.apply(base, NEW, "s1")
    assert list(outside.iterdir()) == []


def test_targets_in_a_plain_folder(plain: Tree) -> None:
    workspace: Workspace = plain.open()
    base = workspace.base("d/x.py")
    workspace.apply(base, NEW, "s1")
    workspace.undo()
    assert list(plain.root.iterdir()) == []
