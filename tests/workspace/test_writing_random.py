"""Random subsets of random changes, written, undone and redone: not one byte may be lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from atlas_tui.workspace import Workspace, Write, journal as journal_room
from atlas_tui.workspace.hunks import change_of
from tests.workspace.conftest import Tree

ROUNDS = 1000
NAMES = ("a.py", "b.txt", "d/c.py", "d/e/f.py", "new/g.py", "new/h/i.py")
LINES = (b"x = 1", b"", b"def f():", b"    return 1", "é".encode(), b"\xe9\xff", b"\tlong " * 9, b"}")
ENDS = (b"\n", b"\n", b"\r\n")


def text(rng: random.Random, most: int = 30) -> bytes:
    """Lines with ends of all kinds, with or without a mark at the beginning and an end of the last."""
    lines = [rng.choice(LINES) + rng.choice(ENDS) for _ in range(rng.randrange(most))]
    whole = rng.choice([b"", b"", b"\xef\xbb\xbf"]) + b"".join(lines)
    if whole.startswith(b"\xef\xbb\xbf"):
        whole = whole.replace(b"\xe9\xff", b"y")
    return whole.rstrip(b"\r\n") if rng.random() < 0.3 else whole


def edited(rng: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(lines) + 1)
        fresh = [rng.choice(LINES[:5]) + rng.choice(ENDS) for _ in range(rng.randrange(4))]
        lines[at : at + rng.randrange(3)] = fresh
    return b"".join(lines)


def some_writes(rng: random.Random, workspace: Workspace) -> list[Write]:
    """A random part of a random change of some files."""
    writes = []
    for name in rng.sample(NAMES, rng.randrange(1, 4)):
        base = workspace.base(name)
        if base.exists and rng.random() < 0.15:
            writes.append(Write(base, None))
            continue
        change = change_of(base, edited(rng, base.content) if base.exists else text(rng))
        numbers = [hunk.number for hunk in change.hunks]
        content = change.content(rng.sample(numbers, rng.randrange(len(numbers) + 1)))
        if content != base.content or not base.exists:
            writes.append(Write(base, content))
    return writes


@pytest.fixture
def plain(memory: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    (memory / "plain").mkdir()
    monkeypatch.setattr(journal_room, "MAX_ENTRIES", 60)
    return Tree(memory / "plain")


@pytest.mark.slow
def test_random_parts_of_random_changes_come_back(plain: Tree) -> None:
    rng = random.Random(6)
    for name in NAMES[:4]:
        plain.write(name, text(rng)).chmod(rng.choice([0o644, 0o751, 0o600]))
    workspace = plain.open()
    undone = 0
    for number in range(ROUNDS):
        before = plain.everything()
        writes = some_writes(rng, workspace)
        if not writes:
            continue
        workspace.apply_all(writes, f"s{number}", confirmed=True)
        after = plain.everything()
        expected = before | {write.base.path: write.new for write in writes}
        assert after == {path: content for path, content in expected.items() if content is not None}
        assert len(workspace.undo()) == len(writes)
        assert plain.everything() == before
        undone += 1
        if rng.random() < 0.3:
            workspace.redo()
            assert plain.everything() == after
    assert undone > ROUNDS * 0.7
    assert not list(plain.root.rglob(".atlas*")) and workspace.recovered == ()


def test_long_walk_back_and_forth(plain: Tree) -> None:
    """As far back as the journal reaches, each state is met again, by another start of the app."""
    rng = random.Random(9)
    plain.write("a.py", text(rng))
    states = [plain.everything()]
    while len(states) < 15:
        workspace = plain.open()
        writes = some_writes(rng, workspace)
        if writes:
            workspace.apply_all(writes, "s", confirmed=True)
            states.append(plain.everything())
    place = len(states) - 1
    for _ in range(100):
        back = rng.random() < 0.5
        if not 0 <= place + (-1 if back else 1) < len(states):
            continue
        place += -1 if back else 1
        _ = plain.open().undo() if back else plain.open().redo()
        assert plain.everything() == states[place]
