"""Which files belong to a tree, and in which words it is told what does not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from atlas_tui.project.listing import Entry, Listing, list_files
from atlas_tui.project.names import shown
from atlas_tui.project.unread import unread_by_content, unread_by_name
from tests.project.suites import laid

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")


def git(folder: Path, *words: str) -> None:
    subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return laid(tmp_path / "tree", {"a.py": "x = 1\n", "sub/b.py": "y = 2\n", "data.bin": "z"})


def entry(listing: Listing, path: str) -> Entry:
    return next(each for each in listing.entries if each.path == path)


def test_git_tells_what_belongs_to_the_tree(tree: Path) -> None:
    laid(tree, {".gitignore": "*.log\nout/\n_version.py\n", "x.log": "", "out/c.py": "", "_version.py": ""})
    git(tree, "init", "-q")
    git(tree, "add", "a.py", "sub")
    laid(tree, {"sub/new.py": "", "a.py": "x = 3\n"})
    (tree / "sub" / "b.py").unlink()
    found = list_files(tree)
    assert found.by_git
    # Not added yet, changed, ignored but imported by others; not what is gone or what a tool wrote.
    assert found.paths == (".gitignore", "_version.py", "a.py", "data.bin", "sub/new.py")
    assert list_files(tree / "sub").paths == ("new.py",)


def test_without_git_every_folder_is_looked_into_but_those_that_tools_fill(tree: Path) -> None:
    laid(tree, {"node_modules/x.js": "", "env/pyvenv.cfg": "", "env/l.py": "", ".hidden/c.py": ""})
    found = list_files(tree)
    assert not found.by_git
    assert found.paths == (".hidden/c.py", "a.py", "data.bin", "sub/b.py")
    assert set(found.left_out) == {
        "a folder that tools fill: node_modules", "a virtual environment: env",
    }  # fmt: skip


def test_submodules_and_repositories_inside_are_left_out_and_named(tree: Path, tmp_path: Path) -> None:
    other = laid(tmp_path / "other", {"o.py": ""})
    for folder in (tree, other):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "begin")
    git(tree, "submodule", "add", "-q", str(other), "module")
    git(laid(tree / "inner", {"i.py": ""}), "init", "-q")
    found = list_files(tree)
    assert not [path for path in found.paths if path.startswith(("module", "inner"))]
    assert "a submodule, with a repository of its own: module" in found.left_out
    assert "a repository of its own: inner" in found.left_out


@pytest.mark.parametrize("with_git", [True, False])
def test_links_stay_when_they_stay_inside(tree: Path, tmp_path: Path, with_git: bool) -> None:
    outside = laid(tmp_path / "outside", {"secret.py": ""})
    (tree / "inside").symlink_to("sub/b.py")
    (tree / "up").symlink_to("../outside/secret.py")
    (tree / "absolute").symlink_to(tree / "a.py")
    (tree / "loop").symlink_to("loop")
    (tree / "way").symlink_to(outside)
    (tree / "through").symlink_to("way/secret.py")
    if with_git:
        git(tree, "init", "-q")
    found = list_files(tree)
    links = {each.path for each in found.entries if each.is_link}
    assert links == {"inside", "loop"}
    assert entry(found, "inside").unread == "a link"
    assert "a link that leaves the folder: absolute, through, up and 1 more" in found.left_out


def test_nothing_is_read_through_a_folder_that_became_a_link(tree: Path, tmp_path: Path) -> None:
    git(tree, "init", "-q")
    git(tree, "add", ".")
    (tree / "sub" / "b.py").unlink()
    (tree / "sub").rmdir()
    (tree / "sub").symlink_to(laid(tmp_path / "outside", {"b.py": "secret = 1\n"}))
    found = list_files(tree)
    assert "sub/b.py" not in found.paths
    assert "its folder is a link: sub/b.py" in found.left_out


def test_pipes_and_devices_are_no_files(tree: Path) -> None:
    os.mkfifo(tree / "pipe.py")
    assert "no file: pipe.py" in list_files(tree).left_out


def test_any_bytes_may_be_a_name(tree: Path) -> None:
    names = (b"\xff.py", b"a\nb.py", b"`x`.py", b"### y.py", b"-rf.py", b"\x1b[31m.py")
    git(tree, "init", "-q")
    for name in names:
        (tree / os.fsdecode(name)).write_bytes(b"")
    paths = list_files(tree).paths
    assert {os.fsdecode(name) for name in names} <= set(paths)
    for path in paths:
        assert shown(path).isprintable()
        assert "`" not in shown(path)
    assert shown("src/naïve name.py") == "src/naïve name.py"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.ipynb", "a notebook"), ("uv.lock", "a lock file"), ("web/package-lock.json", "a lock file"),
        ("x.PNG", "binary"), ("vendor/a.go", "vendored"), ("x.min.js", "generated"),
        ("a_pb2.py", "generated"), ("a.py", ""), ("vendor.py", ""), ("README", ""),
    ],
)  # fmt: skip
def test_what_is_not_looked_into_by_its_name(path: str, why: str) -> None:
    assert unread_by_name(path) == why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x = 1\0", "binary"), (b"// Code generated by x. DO NOT EDIT.\npackage a", "generated"),
        (b"#!/bin/sh\n# @generated\n", "generated"), (b"x = '@generated'\n", ""), (b"", ""),
        (b"# a\n\n# DO NOT EDIT is looked for below\n", ""),
        (b"a=1;" * 2000, "minified, or of very long lines"),
    ],
)  # fmt: skip
def test_what_is_not_looked_into_by_what_it_holds(content: bytes, why: str) -> None:
    assert unread_by_content(content) == why


def test_a_large_file_is_copied_but_not_looked_into(tree: Path) -> None:
    (tree / "large.py").write_bytes(b"#" * 600_000)
    found = list_files(tree)
    assert entry(found, "large.py").unread == "larger than 512 kB"
    assert "large.py" not in {each.path for each in found.readable}
    assert "larger than 512 kB: large.py" in found.left_out


def test_of_a_tree_that_is_too_large_sources_stay(tree: Path) -> None:
    laid(tree, {"table.csv": "1\n" * 900, "notes.txt": "n"})
    few = list_files(tree, most_files=3)
    assert {"a.py", "sub/b.py"} < set(few.paths)
    assert len(few.paths) == 3
    small = list_files(tree, most_bytes=100)
    assert "table.csv" not in small.paths
    assert "a.py" in small.paths
    assert any("the tree is larger than" in words and "table.csv" in words for words in small.left_out)


def test_what_we_keep_ourselves_is_no_part_of_the_tree(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_TUI_HOME", str(tree / "home"))
    laid(tree, {"home/state/bases/0/tree/a.py": "", "home/mine.py": ""})
    found = list_files(tree)
    assert found.paths == ("a.py", "data.bin", "home/mine.py", "sub/b.py")
    assert "what Atlas TUI itself keeps: home/state" in found.left_out
    # A folder in there is somebody's tree where it is opened itself.
    assert list_files(tree / "home" / "state" / "bases" / "0" / "tree").paths == ("a.py",)
