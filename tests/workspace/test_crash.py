"""Killed at every step, also while recovering: all files as before, or all as they were to be."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.errors import Refused
from atlas_tui.workspace import Workspace, Write
from tests.workspace.conftest import SOLUTION, Tree

NEW = b"def solve(n):\n    return 42\n"
CHANGES: dict[str, bytes | None] = {
    "a.py": NEW,
    "made/deep/x.py": b"x = 1\n",
    "old.py": None,
    "made/y.py": b"y = 2\n",
}

_SERVER = """
import os, pathlib, signal, sys
from atlas_tui.workspace import Workspace, rename
from tests.workspace.test_crash import writes

CALLS = ("open", "fsync", "fchmod", "rename", "replace", "link", "unlink", "mkdir", "rmdir")

def counted(real, limit, count=[0]):
    def call(*arguments, **more):
        count[0] += 1
        if count[0] == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **more)
    return call

def unsupported(*_):
    raise rename.Unsupported

def child(root, task, names, limit, exchange):
    if exchange == "plain":
        rename._renameat2 = unsupported
    root = pathlib.Path(root)
    workspace = Workspace.open(root) if task != "open" else None
    asked = writes(workspace, names.split(",")) if task == "apply" else []
    for call in CALLS:
        setattr(os, call, counted(getattr(os, call), limit))
    rename._renameat2 = counted(rename._renameat2, limit)
    if task == "apply":
        workspace.apply_all(asked, "s1", confirmed=True)
    elif task == "open":
        Workspace.open(root)
    else:
        getattr(workspace, task)()

for line in sys.stdin:  # Each task in a fork of its own: Python starts only once.
    root, task, names, limit, exchange = line.rstrip("\\n").split("|")
    process = os.fork()
    if not process:
        child(root, task, names, int(limit), exchange)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


def writes(workspace: Workspace, names: list[str]) -> list[Write]:
    return [Write(workspace.base(name), CHANGES[name]) for name in names]


Killer = Callable[[str, list[str], int, str], bool]


@pytest.fixture
def plain(memory: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A folder without git; where a process is killed does not depend on the disk."""
    monkeypatch.setenv("PATH", str(memory))  # Looking for a repository would take most of the time.
    (memory / "plain").mkdir()
    return Tree(memory / "plain")


@pytest.fixture
def killed_at(plain: Tree) -> Iterator[Killer]:
    """Runs one task in a process that is killed right before its n-th change on disk."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin and server.stdout
        requests, answers = server.stdin, server.stdout

        def run(task: str, names: list[str], step: int, exchange: str) -> bool:
            """False: it came to its end before."""
            requests.write(f"{plain.root}|{task}|{','.join(names)}|{step}|{exchange}\n")
            requests.flush()
            code = int(answers.readline())
            assert code in (0, -signal.SIGKILL)
            return code != 0

        yield run
        requests.close()


def state(tree: Tree) -> dict[str, object]:
    """Files with their bytes and modes, and folders."""
    return {
        str(path.relative_to(tree.root)): "folder"
        if path.is_dir()
        else (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in tree.root.rglob("*")
    }


@pytest.mark.parametrize("exchange", ["exchange", "plain"])
@pytest.mark.parametrize("task", ["apply", "undo", "redo"])
@pytest.mark.parametrize(
    "names",
    [
        list(CHANGES),
        *(
            pytest.param([name], marks=pytest.mark.slow, id=name)
            for name in ("a.py", "made/deep/x.py", "old.py")
        ),
    ],
)
def test_killed_at_every_step(
    plain: Tree, names: list[str], task: str, exchange: str, killed_at: Killer
) -> None:
    plain.write("a.py", SOLUTION).chmod(0o640)
    plain.write("old.py", "old\n").chmod(0o751)
    old = state(plain)
    workspace = plain.open()
    workspace.apply_all(writes(workspace, names), "s1", confirmed=True)
    new = state(plain)
    if task != "undo":
        workspace.undo()
        assert state(plain) == old
    start, goal = (new, old) if task == "undo" else (old, new)
    seen = set()
    for step in range(1, 400, 1 if exchange == "exchange" or len(names) == 1 else 3):
        if not killed_at(task, names, step, exchange):
            break
        if again := step * 5 % 12:
            killed_at("open", names, again, exchange)
        found = plain.open()
        now = state(plain)
        assert now in (start, goal), f"step {step}: half done, or something is left over"
        seen.add("goal" if now == goal else "start")
        assert not plain.open().recovered, "what was found half done is settled once"
        if now == goal and task == "undo":
            assert len(found.redo()) == len(names)
        elif now == goal:
            assert len(found.undo()) == len(names)
        assert state(plain) == start
    else:
        pytest.fail("it never came to its end")
    assert step > 8 and seen == {"start", "goal"}
    assert state(plain) == goal
    assert {stat.S_IMODE(file.stat().st_mode) for file in paths.journal_dir().glob("*/*")} == {0o600}


@pytest.mark.parametrize("exchange", ["exchange", "plain"])
def test_a_file_changed_by_hand_between_crash_and_restart(
    plain: Tree, exchange: str, killed_at: Killer
) -> None:
    """What the person wrote stays; the other files of the change go back."""
    seen = set()
    for step in range(1, 400, 3):
        plain.write("a.py", SOLUTION)
        plain.write("old.py", "old\n")
        if not killed_at("apply", list(CHANGES), step, exchange):
            break
        plain.write("a.py", "by hand\n")
        found = plain.open()
        files = plain.everything()
        assert files["a.py"] == b"by hand\n"
        assert set(files) in ({"a.py", "old.py"}, {"a.py", "made/deep/x.py", "made/y.py"})
        seen.add(len(files))
        if len(files) == 3:
            with contextlib.suppress(Refused):
                assert len(found.undo()) == 3, "the others can still be undone"
        shutil.rmtree(plain.root)
        plain.root.mkdir()
    assert seen == {2, 3}


def test_what_an_editor_wrote_into_the_old_file_survives_a_crash(plain: Tree, killed_at: Killer) -> None:
    """It had the file open while it was replaced, and saved after we were killed."""
    saved = 0
    for step in range(1, 200):
        path = plain.write("a.py", SOLUTION)
        with path.open("r+b") as editor:
            if not killed_at("apply", ["a.py"], step, "exchange"):
                break
            editor.write(b"precious = 1\n")
            editor.flush()
            let_go = os.fstat(editor.fileno()).st_nlink == 0
        plain.open()
        assert let_go or plain.read("a.py").startswith(b"precious")
        assert not list(plain.root.glob(".atlas*"))
        saved += not let_go
    assert saved > 8


def test_folder_made_by_somebody_else_after_a_crash_stays(plain: Tree, killed_at: Killer) -> None:
    for step in range(1, 200):
        if not killed_at("apply", ["made/deep/x.py"], step, "exchange"):
            break
        if (plain.root / "made").exists():
            shutil.rmtree(plain.root / "made")
        (plain.root / "made" / "deep").mkdir(parents=True)
        plain.open()
        assert (plain.root / "made" / "deep").is_dir()
        (plain.root / "made" / "deep").rmdir()
        (plain.root / "made").rmdir()
    assert step > 8
