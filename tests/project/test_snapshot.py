"""Private copies of a tree: what they hold, when they are used again, and that the tree is only read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from atlas_tui.errors import Refused
from atlas_tui.project import snapshot as module
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import Link, Snapshot, bases_folder, prune, snapshot

DAY = 24 * 3600


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATLAS_TUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a change that was not committed, a new file, an ignored one and a link."""
    folder = tmp_path / "repository"
    (folder / "pkg").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "pkg" / "a.py").write_text("old\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("pkg/a.py")
    (folder / "out").symlink_to("/etc/passwd")
    (folder / ".gitignore").write_text("secrets.env\n")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "first")
    (folder / "pkg" / "a.py").write_text("new\n")
    (folder / "pkg" / "b.bin").write_bytes(b"\x00\xff")
    (folder / "secrets.env").write_text("KEY=1\n")
    return folder


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)


def taken(root: Path, *links: Link) -> Snapshot:
    return snapshot(root, list_files(root), links)


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """All that there is below a folder, with what would tell that it was touched."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        told = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (told.st_mode, told.st_mtime_ns, told.st_ctime_ns, told.st_nlink, content)
    return found


def names(folder: str | Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if not path.is_dir())


def test_the_tree_as_it_stands_is_copied_and_only_read(root: Path) -> None:
    before = state(root)
    found = taken(root)
    base = Path(found.base)
    assert names(base) == [".gitignore", "link", "pkg/a.py", "pkg/b.bin", "run.sh"]
    assert (base / "pkg" / "a.py").read_text() == "new\n"
    assert (base / "run.sh").stat().st_mode & 0o777 == 0o755
    assert str((base / "link").readlink()) == "pkg/a.py"
    assert (found.files, found.bytes) == (4, 4 + 2 + 10 + 12)
    assert base.parent == bases_folder() / found.identity
    assert any("out" in line for line in found.left_out)
    assert state(root) == before


def test_a_submodule_and_a_tree_without_git(root: Path, tmp_path: Path) -> None:
    (root / "sub").mkdir()
    git(root / "sub", "init", "-q")
    (root / "sub" / "x.py").write_text("x")
    assert not (Path(taken(root).base) / "sub").exists()
    plain = tmp_path / "plain"
    (plain / "node_modules" / "m").mkdir(parents=True)
    (plain / "node_modules" / "m" / "i.js").write_text("x")
    (plain / "a.js").write_text("x")
    assert names(taken(plain).base) == ["a.js"]


def test_it_is_used_again_until_something_changes(root: Path) -> None:
    first = taken(root)
    inode = Path(first.base).stat().st_ino
    again = taken(root)
    assert again == first and Path(again.base).stat().st_ino == inode
    (root / "run.sh").chmod(0o644)
    other = taken(root)
    (root / "run.sh").chmod(0o755)
    (root / "pkg" / "c.py").touch()
    third = taken(root)
    assert len({first.identity, other.identity, third.identity}) == 3
    (root / "pkg" / "c.py").unlink()
    assert taken(root) == first
    assert len(list(bases_folder().iterdir())) == 3


@pytest.mark.parametrize("damage", ["changed", "added", "removed", "about", "no tree"])
def test_a_copy_that_somebody_touched_is_made_anew(root: Path, damage: str) -> None:
    first = taken(root)
    base = Path(first.base)
    match damage:
        case "changed":
            (base / "pkg" / "a.py").write_text("NEW\n")
        case "added":
            (base / "pkg" / "z.py").touch()
        case "removed":
            (base / "link").unlink()
        case "about":
            (base.parent / "about.json").write_text("[]")
        case "no tree":
            base.rename(base.with_name("moved"))
    assert taken(root) == first
    assert names(base) == [".gitignore", "link", "pkg/a.py", "pkg/b.bin", "run.sh"]
    assert (base / "pkg" / "a.py").read_text() == "new\n"
    assert [path.name for path in bases_folder().iterdir()] == [first.identity]


def test_links_to_what_is_shown_beside_it(root: Path, tmp_path: Path) -> None:
    (root / "node_modules").mkdir()
    link = ("node_modules", str(root / "node_modules"))
    plain, found = taken(root), taken(root, link, ("run.sh", "/x"), ("run.sh/y", "/x"), ("link/y", "/x"))
    assert (Path(found.base) / "node_modules").readlink() == root / "node_modules"
    assert not (Path(found.base) / "run.sh").is_symlink()
    assert found.identity != plain.identity
    assert taken(root, link).identity == found.identity
    deep = taken(root, ("packages/a/node_modules", "/x"))
    assert (Path(deep.base) / "packages/a/node_modules").is_symlink()


def test_any_name_and_any_permission(root: Path) -> None:
    odd = os.fsdecode(b"\xff\n -x")
    (root / odd).write_text("x")
    (root / "closed").write_text("x")
    (root / "closed").chmod(0)
    (root / "locked").mkdir()
    (root / "locked" / "x.py").write_text("x")
    (root / "locked").chmod(0o555)
    first = taken(root)
    assert (Path(first.base) / odd).read_text() == "x"
    assert taken(root) == first
    (root / "locked").chmod(0o755)


def test_a_tree_that_changes_meanwhile_has_the_identity_of_its_copy(root: Path) -> None:
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            (root / "pkg" / "a.py").write_text(f"{number}\n")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        found = [taken(root) for _ in range(5)]
    finally:
        stop.set()
        thread.join()
    for one in found:
        base = Path(one.base)
        assert module._identity(base, module._walked(base)) == one.identity


def test_a_place_that_cannot_be_used_is_said(root: Path) -> None:
    bases_folder().parent.mkdir(parents=True)
    bases_folder().write_text("a file")
    with pytest.raises(Refused, match="cannot be copied"):
        taken(root)


# --- several processes, and killed ones

TAKE = """
import sys
from pathlib import Path
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import snapshot
root = Path(sys.argv[1])
print(snapshot(root, list_files(root)).identity)
"""


def started(root: Path, code: str = TAKE) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_make_one_copy(root: Path) -> None:
    told = [process.communicate()[0].strip() for process in [started(root) for _ in range(3)]]
    assert len(set(told)) == 1
    assert [path.name for path in bases_folder().iterdir()] == [told[0]]


def test_what_a_killed_process_left_is_removed(root: Path) -> None:
    before = state(root)
    slow = "m._known, m._identity = lambda *a: None, lambda *a: print(1, flush=True) or input()"
    code = TAKE.replace("root =", f"from atlas_tui.project import snapshot as m\n{slow}\nroot =")
    with subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"1\n"
        left = [path.name for path in bases_folder().iterdir()]
        assert len(left) == 1 and left[0].startswith(f".new-{process.pid}-")
        assert names(bases_folder() / left[0])  # half of a copy
        process.kill()
    found = taken(root)
    assert [path.name for path in bases_folder().iterdir()] == [found.identity]
    assert state(root) == before


def aged(identity: str, days: float, size: int) -> Path:
    folder = bases_folder() / identity
    (folder / "tree").mkdir(parents=True)
    about = folder / "about.json"
    about.write_text(json.dumps({"bytes": size, "files": 1, "skipped": []}))
    os.utime(about, (time.time() - days * DAY,) * 2)
    return folder


def left() -> list[str]:
    return sorted(path.name[0] for path in bases_folder().iterdir())


def test_old_ones_and_too_many_are_removed() -> None:
    for name, days in (("a", 8), ("b", 6), ("c", 3), ("d", 2), ("e", 0.5)):
        aged(name * 64, days, 100)
    (bases_folder() / "mine.txt").write_text("stays")
    for number, days in enumerate((2, 0)):  # the number of a process may come again
        unfinished = bases_folder() / f".new-{os.getpid()}-{number}"
        unfinished.mkdir()
        os.utime(unfinished, (time.time() - days * DAY,) * 2)
    prune(bases_folder(), most_bytes=10_000)
    assert left() == [".", "b", "c", "d", "e", "m"]
    unfinished.rmdir()
    prune(bases_folder(), most_bytes=250)
    assert left() == ["d", "e", "m"]
    prune(bases_folder(), most_bytes=0)
    assert left() == ["e", "m"]


def test_one_that_was_wanted_is_not_old(root: Path) -> None:
    first = taken(root)
    about = Path(first.base).with_name("about.json")
    os.utime(about, (time.time() - 6 * DAY,) * 2)
    taken(root)
    assert about.stat().st_mtime > time.time() - DAY
