"""Disks that are full, folders that are closed, journals that grow, and several apps at once."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import Write, journal as journal_room
from tests.workspace.conftest import SOLUTION, Tree, asked_for as ask

NEW = b"def solve(n):\n    return 42\n"


_ON_A_SMALL_DISK = """
import os, pathlib, sys
from atlas_tui.errors import Refused
from atlas_tui.workspace import Workspace, Write
root = pathlib.Path(sys.argv[1])
workspace = Workspace.open(root)
asked = [Write(workspace.base("a.py"), b"a" * 20_000), Write(workspace.base("b.py"), None),
         Write(workspace.base("d/c.py"), b"c" * 60_000)]
(root / "filler").write_bytes(b"")
with open(root / "filler", "wb", buffering=0) as filler:
    try:
        while filler.write(b"x" * 4096): pass
    except OSError: pass
os.truncate(root / "filler", (root / "filler").stat().st_size - int(sys.argv[2]))
before = sorted((str(p), p.is_file() and p.read_bytes()) for p in root.rglob("*"))
try:
    workspace.apply_all(asked, "s1", confirmed=True)
except Refused as error:
    print(error)
assert before == sorted((str(p), p.is_file() and p.read_bytes()) for p in root.rglob("*"))
"""


@pytest.mark.parametrize("left", [0, 4096, 24_576, 32_768])
def test_disk_that_is_really_full(tmp_path: Path, left: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=256k none {disk} && printf old > {disk}/a.py && printf b > {disk}/b.py"
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*command, mount], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    script = tmp_path / "script.py"
    script.write_text(_ON_A_SMALL_DISK)
    run = f"{mount} && exec {sys.executable} {script} {disk} {left}"
    ran = subprocess.run([*command, run], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "None of 3 files is written" in ran.stdout and "No space left" in ran.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="Linux limits")
def test_size_limit_of_the_process(tree: Tree) -> None:
    script = (
        "import pathlib, resource, sys\n"
        "from atlas_tui.errors import Refused\n"
        "from atlas_tui.workspace import Workspace\n"
        "workspace = Workspace.open(pathlib.Path(sys.argv[1]))\n"
        "base = workspace.base('a.py')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n    workspace.apply(base, b'x' * 30_000, 's1')\n"
        "except Refused as error:\n    print(error)\n"
    )
    before = tree.everything()
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tree.root)], capture_output=True, text=True, check=False
    )
    assert "File too large" in ran.stdout, ran.stderr
    assert tree.everything() == before and not list(paths.journal_dir().glob("*/*.json"))


@pytest.mark.parametrize("closed", ["folder", "parent of a new one"])
def test_folder_that_became_read_only(tree: Tree, closed: str) -> None:
    tree.write("sub/z.py", "z\n")
    workspace = tree.open()
    base = workspace.base("sub/z.py" if closed == "folder" else "sub/new/z.py")
    (tree.root / "sub").chmod(0o555)
    before = tree.everything()
    try:
        with pytest.raises(Refused, match="read-only"):
            workspace.apply_all([Write(workspace.base("a.py"), NEW), Write(base, NEW)], "s1")
        assert tree.everything() == before
    finally:
        (tree.root / "sub").chmod(0o755)
    workspace.apply(base, NEW, "s1")
    (tree.root / "sub").chmod(0o555)
    try:
        if closed == "folder":
            with pytest.raises(Refused, match="read-only"):
                workspace.undo()
    finally:
        (tree.root / "sub").chmod(0o755)


def test_journal_has_a_size_and_forgets_whole_groups(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_room, "MAX_BYTES", 10_000)
    workspace = tree.open()
    groups = []
    for number in range(5):
        asked = ask(workspace, a__py=b"%d" % number * 1500, b__py=b"%d" % number * 1500)
        groups.append(workspace.apply_all(asked, "s1")[0].group)
    kept = {entry.group for entry in journal_room.Journal(tree.root).entries()}
    assert kept == {groups[-1]}
    workspace.apply(workspace.base("a.py"), b"x" * 20_000, "s1")
    workspace.undo()
    with pytest.raises(InputError, match="No entry"):
        workspace.undo(groups[0])
    assert len(list(paths.journal_dir().glob("*/*.before"))) == 1


def test_journal_expires_when_any_tree_is_opened_or_written(tree: Tree, tmp_path: Path) -> None:
    other = Tree(tmp_path / "other")
    other.write("o.py", "secret")
    for each in (tree, other):
        name = "a.py" if each is tree else "o.py"
        each.open().apply(each.open().base(name), NEW, "s1")
    for file in paths.journal_dir().glob("*/*"):
        os.utime(file, (1, 1))
    (paths.journal_dir() / "x").mkdir()
    tree.open()
    left = {file.parent.name for file in paths.journal_dir().glob("*/*.before")}
    assert left == {journal_room.Journal(other.root).folder.name}
    tree.open().apply(tree.open().base("b.py"), NEW, "s1")
    left = {file.parent.name for file in paths.journal_dir().glob("*/*.before")}
    assert left == {journal_room.Journal(tree.root).folder.name}, "trees nobody opens any more as well"


def test_journal_that_was_made_readable_is_closed_again(tree: Tree) -> None:
    journal = journal_room.Journal(tree.root)
    journal.folder.mkdir(parents=True)
    for folder in (paths.journal_dir(), journal.folder):
        folder.chmod(0o755)
    tree.open().apply(tree.open().base("a.py"), NEW, "s1")
    assert all(
        stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in (paths.journal_dir(), journal.folder)
    )


def test_two_apps_that_undo_and_redo_the_same(tree: Tree) -> None:
    one, two = tree.open(), tree.open()
    one.apply(one.base("a.py"), NEW, "s1")
    two.undo()
    with pytest.raises(Refused, match="nothing to undo"):
        one.undo()
    one.redo()
    with pytest.raises(Refused, match="nothing to redo"):
        two.redo()
    assert tree.read("a.py") == NEW


def test_two_apps_that_write_the_same_file_at_once(plain: Tree) -> None:
    plain.write("a.py", SOLUTION)
    script = (
        "import pathlib, sys\n"
        "from atlas_tui.errors import Refused\n"
        "from atlas_tui.workspace import Workspace\n"
        "workspace = Workspace.open(pathlib.Path(sys.argv[1]))\n"
        "base = workspace.base('a.py')\n"
        "print('read', flush=True)\n"
        "sys.stdin.readline()\n"
        "try:\n    workspace.apply(base, sys.argv[2].encode(), sys.argv[2]); print('written')\n"
        "except Refused as error:\n    print(error)\n"
    )
    apps = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(plain.root), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    for app in apps:
        assert app.stdout and app.stdout.readline() == "read\n"
    for app in apps:
        assert app.stdin
        app.stdin.write("go\n")
        app.stdin.flush()
    said = [app.communicate()[0].strip() for app in apps]
    (winner,) = [str(number) for number, words in enumerate(said) if words == "written"]
    assert sum("changed meanwhile" in words for words in said) == 2
    assert plain.read("a.py") == winner.encode()
    plain.open().undo()
    assert plain.read("a.py") == SOLUTION.encode()


def test_journal_that_fills_its_disk_while_undoing(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = tree.open()
    before = tree.everything()
    workspace.apply_all(ask(workspace, a__py=NEW, b__py=NEW), "s1")
    after = tree.everything()
    real, calls = journal_room.Journal.write_file, []

    def full(self: journal_room.Journal, file: Path, content: bytes, **more: bool) -> None:
        calls.append(file)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        real(self, file, content, **more)

    monkeypatch.setattr(journal_room.Journal, "write_file", full)
    with pytest.raises(Refused, match=r"None of 2 files is undone.*No space left"):
        workspace.undo()
    monkeypatch.setattr(journal_room.Journal, "write_file", real)
    assert tree.everything() == after
    tree.open().undo()
    assert tree.everything() == before
