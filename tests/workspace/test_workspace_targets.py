"""Which files may be written: everything else is refused before anything is touched."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import Workspace, tree
from tests.workspace.conftest import SOLUTION, Tree

OUTSIDE = ["../x.py", "/etc/x.py", "a/../../x.py", "a/..", "..", "sub/../a.py"]
ODD = [
    "",
    " ",
    "C:\\x.py",
    "C:x.py",
    "a\\b.py",
    "~/x.py",
    "~root/x.py",
    "$HOME/x.py",
    "x\0.py",
    ".",
    "./",
    "a/",
]
STORES = [
    ".git/config",
    ".git/hooks/pre-commit",
    ".git",
    ".GIT/x",
    ".g\u200cit/x",
    ".git\u200d/x",
    "\uff0egit/x",
    ".git./x",
    ".git /x",
    ".git::$INDEX_ALLOCATION/x",
    "git~1/x",
    "GIT~12/x",
    "sub/.git/x",
    ".jj/x",
    ".hg/x",
    ".svn/x",
]


@pytest.mark.parametrize("target", [*OUTSIDE, *ODD, *STORES, "n" * 256, "d/" * 2100 + "x.py", "x\udcff.py"])
def test_names_that_are_refused(repo: Tree, target: str) -> None:
    before = repo.everything(), repo.record()
    with pytest.raises(InputError) as caught:
        repo.open().base(target)
    assert caught.value.why
    assert (repo.everything(), repo.record()) == before


@pytest.mark.parametrize(
    "target",
    [
        "new.py",
        "./new.py",
        "with space.py",
        "quo'te\".py",
        "line\nbreak.py",
        "-rf.py",
        ":(glob)*.py",
        "n\u00e9.py",
        "ne\u0301.py",
        "*.py",
        "gitfile.py",
        ".github.py",
        "git~x.py",
    ],
)
def test_names_that_work_from_writing_to_commit(repo: Tree, target: str) -> None:
    workspace = repo.open()
    base = workspace.base(target)
    applied = workspace.apply(base, SOLUTION.encode(), "s")
    assert applied.created and repo.read(target) == SOLUTION.encode()
    committed = workspace.commit([applied.path], "add it")
    assert repo.git("show", "--name-only", "-z", "--format=", committed.commit).strip("\0\n") == applied.path
    assert repo.git("status", "--porcelain") == ""


def test_a_target_is_relative_to_the_folder_and_may_be_absolute(repo: Tree) -> None:
    repo.write("sub/b.py")
    below = repo.open("sub")
    assert below.root == repo.root.resolve()
    assert below.base("b.py").path == "sub/b.py"
    assert below.base(str(repo.root / "a.py")).path == "a.py"
    assert below.base("b.py").absolute == repo.root / "sub" / "b.py"


def test_facts_of_a_base(repo: Tree) -> None:
    path = repo.write("b.py", b"\xef\xbb\xbfx = 1\r\ny = 2")
    path.chmod(0o755)
    base = repo.open().base("b.py")
    assert (base.exists, base.content, base.mode) == (True, path.read_bytes(), 0o755)
    assert (base.eol, base.final_newline, base.encoding, base.style.bom) == (
        "\r\n",
        False,
        "utf-8",
        b"\xef\xbb\xbf",
    )
    assert base.stamp is not None and base.stamp.size == 15 and base.stamp.ino == path.stat().st_ino
    assert len(base.sha256) == 64
    assert repo.open().base("none.py").exists is False


def test_a_folder_that_is_itself_reached_by_a_link(repo: Tree, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repo.root)
    workspace = Workspace.open(tmp_path / "link")
    assert workspace.root == repo.root.resolve()
    assert workspace.apply(workspace.base("new.py"), b"x\n", "s").created


@pytest.mark.parametrize("fast", [True, False])
def test_links_are_never_followed(
    repo: Tree, tmp_path: Path, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.setattr(tree, "_has_openat2", lambda: False)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_text("theirs")
    repo.write("real/b.py")
    for name, target in {
        "inside.py": "a.py",
        "out.py": str(outside / "x.py"),
        "dangling.py": "nowhere.py",
        "loop.py": "loop.py",
        "out": str(outside),
        "in": "real",
        "deep": "out",
    }.items():
        (repo.root / name).symlink_to(target)
    before = repo.everything()
    workspace = repo.open()
    for target in (
        "inside.py",
        "out.py",
        "dangling.py",
        "loop.py",
        "out/x.py",
        "out/new.py",
        "in/b.py",
        "deep/x.py",
    ):
        with pytest.raises(InputError, match="symbolic link"):
            workspace.base(target)
    assert workspace.base("real/b.py").exists
    assert repo.everything() == before
    assert (outside / "x.py").read_text() == "theirs" and len(list(outside.iterdir())) == 1


@pytest.mark.parametrize("fast", [True, False])
def test_a_folder_replaced_by_a_link_after_reading(
    repo: Tree, tmp_path: Path, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not fast:
        monkeypatch.setattr(tree, "_has_openat2", lambda: False)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.py").write_text(SOLUTION)
    repo.write("sub/b.py")
    workspace = repo.open()
    base = workspace.base("sub/b.py")
    (repo.root / "sub").rename(repo.root / "moved")
    (repo.root / "sub").symlink_to(outside)
    with pytest.raises(Refused, match="symbolic link"):
        workspace.apply(base, b"mine", "s")
    assert (outside / "b.py").read_text() == SOLUTION


def test_openat2_is_used_where_the_kernel_has_it() -> None:
    release = os.uname().release.split(".")
    if os.uname().sysname != "Linux" or (int(release[0]), int(release[1].split("-")[0])) < (5, 6):
        pytest.skip("the call came with Linux 5.6")
    # A seccomp filter may still deny it; then the other way has to be the one that is taken.
    assert tree._has_openat2() in (True, False)


def test_kinds_of_files_that_are_refused(repo: Tree) -> None:
    repo.write("sub/b.py")
    os.mkfifo(repo.root / "pipe")
    repo.write("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    repo.write("late-nul.py", b"x\n" * 5000 + b"\0")
    repo.write("huge.py", b"#" * (tree.LARGEST + 1))
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(repo.root)  # The path of a socket must be short.
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
    workspace = repo.open()
    for target, why in {
        "sub": "folder",
        "pipe": "regular",
        "socket": "regular",
        "image.png": "binary",
        "late-nul.py": "binary",
        "huge.py": "bytes",
        "a.py/x.py": "not a folder",
    }.items():
        with pytest.raises(InputError, match=why):
            workspace.base(target)


def test_read_only_files_and_folders(repo: Tree) -> None:
    repo.write("locked.py").chmod(0o444)
    repo.write("closed/b.py")
    (repo.root / "closed").chmod(0o555)
    try:
        workspace = repo.open()
        for target in ("locked.py", "closed/b.py", "closed/new.py"):
            with pytest.raises(InputError, match="read-only"):
                workspace.base(target)
    finally:
        (repo.root / "closed").chmod(0o755)


def test_another_repository_inside_is_not_ours(repo: Tree) -> None:
    Tree(repo.root / "inner").init().commit(b__py="x")
    repo.write("module/.git", "gitdir: ../.git/modules/module\n")
    repo.write("module/c.py")
    workspace = repo.open()
    for target in ("inner/b.py", "inner/deep/b.py", "module/c.py"):
        with pytest.raises(InputError, match="repository of its own"):
            workspace.base(target)
    assert repo.open("inner").base("b.py").path == "b.py"


@pytest.mark.parametrize("target", ["store/config", "store/hooks/pre-commit", "vendor/x.git/hooks/update"])
def test_git_folders_of_other_names_are_not_ours(tmp_path: Path, target: str) -> None:
    repo = Tree(tmp_path / "repo")
    repo.root.mkdir()
    repo.git("init", "-q", "--separate-git-dir=store")
    repo.git("init", "-q", "--bare", "vendor/x.git")
    with pytest.raises(InputError, match="git's own folder"):
        repo.open().base(target)


def test_hooks_in_a_folder_of_the_tree_need_a_yes(repo: Tree) -> None:
    repo.write("tools/hooks/pre-commit", "#!/bin/sh\n")
    repo.git("config", "core.hooksPath", "tools/hooks")
    workspace = repo.open()
    assert "hooks" in workspace.base("tools/hooks/pre-commit").confirm
    assert workspace.base("tools/other.py").confirm == "" and workspace.base("a.py").confirm == ""


@pytest.mark.parametrize(
    "name", [".gitattributes", ".envrc", "conftest.py", "Makefile", ".github/workflows/x.yml"]
)
def test_files_that_run_by_themselves_need_a_yes(repo: Tree, name: str) -> None:
    (repo.root / ".github" / "workflows").mkdir(parents=True)
    workspace = repo.open()
    base = workspace.base(name)
    assert name in base.confirm
    with pytest.raises(Refused, match="by themselves"):
        workspace.apply(base, b"x\n", "s")
    assert not (repo.root / name).exists()
    assert workspace.apply(base, b"x\n", "s", confirmed=True).created


def test_folders_that_cannot_be_opened(repo: Tree, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", ".", str(bare))
    for folder in (bare, bare / "refs", repo.root / ".git", repo.root / ".git" / "hooks"):
        with pytest.raises(InputError, match="git's own"):
            Workspace.open(folder)
    for folder in (tmp_path / "none", repo.root / "a.py"):
        with pytest.raises(InputError, match="not a folder"):
            Workspace.open(folder)


def test_a_bare_repository_tracked_inside_is_not_entered(repo: Tree) -> None:
    Tree(repo.root / "seed").init().commit(b__py="x")
    repo.git("clone", "-q", "--bare", "seed", "vendored")
    with pytest.raises(InputError, match="git's own"):
        repo.open("vendored")
    assert repo.open().base("a.py").exists


def test_new_files_get_the_mode_of_the_umask(repo: Tree) -> None:
    mask = os.umask(0o027)
    try:
        workspace = repo.open()
        workspace.apply(workspace.base("new.py"), b"x\n", "s")
        assert stat.S_IMODE((repo.root / "new.py").stat().st_mode) == 0o640
    finally:
        os.umask(mask)
