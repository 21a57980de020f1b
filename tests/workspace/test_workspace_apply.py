"""Write and undo: atomically, only over what was read, and back to the very bytes."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import Workspace, journal as journal_room, rename as rename_room, tree as tree_room
from tests.workspace.conftest import SOLUTION, Tree

NEW = b"def solve(n):\n    return 42\n"


def left_over(tree: Tree) -> list[str]:
    return [file.name for file in tree.root.rglob("*atlas-*")]


def journal_files(kind: str) -> list[Path]:
    return sorted(paths.journal_dir().glob(f"*/*{kind}"))


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the system or the file system does not have the call."""

    def none(*_: object) -> None:
        raise rename_room.Unsupported

    monkeypatch.setattr(rename_room, "_renameat2", none)


@pytest.fixture(params=["repo", "plain"])
def tree(request: pytest.FixtureRequest) -> Tree:
    """A folder with ``a.py``, in git and not."""
    found: Tree = request.getfixturevalue(request.param)
    found.write("a.py", SOLUTION)
    return found


def test_write_and_undo_of_a_file(tree: Tree) -> None:
    (tree.root / "a.py").chmod(0o751)
    workspace = tree.open()
    applied = workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert (applied.path, applied.created) == ("a.py", False)
    assert tree.read("a.py") == NEW
    assert stat.S_IMODE((tree.root / "a.py").stat().st_mode) == 0o751, "the mode stays"
    (undone,) = workspace.undo()
    assert (undone.path, undone.entry) == ("a.py", applied.entry)
    assert tree.read("a.py") == SOLUTION.encode()
    assert stat.S_IMODE((tree.root / "a.py").stat().st_mode) == 0o751
    assert not left_over(tree)


def test_write_and_undo_of_a_new_file(tree: Tree) -> None:
    workspace = tree.open()
    applied = workspace.apply(workspace.base("new.py"), NEW, "s1")
    assert applied.created and tree.read("new.py") == NEW
    workspace.undo(applied.entry)
    assert not (tree.root / "new.py").exists()
    assert not left_over(tree)


def test_index_and_head_stay_as_they_are(repo: Tree) -> None:
    repo.write("b.py", "staged")
    repo.git("add", "b.py")
    repo.write("b.py", "staged, then changed")
    before = repo.record()
    workspace = repo.open()
    workspace.head()
    for name in ("a.py", "b.py", "new.py"):
        base = workspace.base(name)
        workspace.diff(base, NEW)
        workspace.apply(base, NEW, "s1")
        assert repo.record() == before
        workspace.undo()
        assert repo.record() == before
    assert repo.read("b.py") == b"staged, then changed", "staged and changed: both are still there"
    assert repo.git("show", ":b.py") == "staged"


def test_dirty_file_is_read_as_it_is_and_comes_back(repo: Tree) -> None:
    dirty = repo.read("a.py") + b"# mine, not committed \xff\r\n"
    repo.write("a.py", dirty)
    workspace = repo.open()
    base = workspace.base("a.py")
    assert base.content == dirty
    workspace.apply(base, NEW, "s1")
    workspace.undo()
    assert repo.read("a.py") == dirty


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"# by hand\n")


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (change, "changed meanwhile"),
        (Path.unlink, "removed meanwhile"),
        (lambda path: path.chmod(0o600), "permissions"),
        (lambda path: (path.unlink(), path.symlink_to("b")), "symbolic link"),
        (lambda path: (path.unlink(), path.mkdir()), "folder"),
        (lambda path: os.link(path, path.with_name("other")), "hard links"),
    ],
)
def test_change_between_reading_and_writing(
    tree: Tree, meanwhile: Callable[[Path], object], why: str
) -> None:
    workspace = tree.open()
    base = workspace.base("a.py")
    (tree.root / "a.py").chmod(0o644)
    meanwhile(tree.root / "a.py")
    before = tree.everything()
    with pytest.raises(Refused, match=why):
        workspace.apply(base, NEW, "s1")
    assert tree.everything() == before
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.undo()


def test_same_bytes_saved_again_are_no_change(tree: Tree) -> None:
    workspace = tree.open()
    base = workspace.base("a.py")
    tree.write("a.py", SOLUTION)
    os.utime(tree.root / "a.py", (1, 1))
    assert workspace.apply(base, NEW, "s1").path == "a.py"


def test_file_made_between_reading_and_writing(tree: Tree) -> None:
    workspace = tree.open()
    base = workspace.base("new.py")
    tree.write("new.py", "theirs")
    with pytest.raises(Refused, match="made meanwhile"):
        workspace.apply(base, NEW, "s1")
    assert tree.read("new.py") == b"theirs"


@pytest.mark.parametrize("exchange", [True, False])
def test_file_made_in_the_last_moment(tree: Tree, exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        without_exchange(monkeypatch)
    workspace = tree.open()
    base = workspace.base("new.py")
    real = os.fchmod

    def slow(descriptor: int, mode: int) -> None:
        tree.write("new.py", "theirs")
        real(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", slow)
    with pytest.raises(Refused, match="just made"):
        workspace.apply(base, NEW, "s1")
    assert tree.read("new.py") == b"theirs" and not left_over(tree)


@pytest.mark.parametrize("exchange", [True, False])
def test_file_changed_in_the_last_moment(tree: Tree, exchange: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not exchange:
        without_exchange(monkeypatch)
    workspace = tree.open()
    base = workspace.base("a.py")
    real = os.fchmod

    def slow(descriptor: int, mode: int) -> None:
        tree.write("a.py", "theirs")
        real(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", slow)
    with pytest.raises(Refused, match="this very moment"):
        workspace.apply(base, NEW, "s1")
    assert tree.read("a.py") == b"theirs" and not left_over(tree)


def test_writing_what_is_there_is_refused(tree: Tree) -> None:
    workspace = tree.open()
    with pytest.raises(Refused, match="already"):
        workspace.apply(workspace.base("a.py"), SOLUTION.encode(), "s1")
    with pytest.raises(Refused, match="bytes"):
        workspace.apply(workspace.base("a.py"), b"#" * (tree_room.LARGEST + 1), "s1")


@pytest.mark.parametrize("name", ["a.py", "new.py"])
def test_undo_leaves_what_changed_since(tree: Tree, name: str) -> None:
    workspace = tree.open()
    workspace.apply(workspace.base(name), NEW, "s1")
    change(tree.root / name)
    before = tree.everything()
    with pytest.raises(Refused, match="changed meanwhile"):
        workspace.undo()
    assert tree.everything() == before
    tree.write(name, NEW)
    workspace.undo()
    assert tree.everything().get(name) == (SOLUTION.encode() if name == "a.py" else None)


def test_undo_twice_and_of_what_is_not_there(tree: Tree) -> None:
    workspace = tree.open()
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.undo()
    applied = workspace.apply(workspace.base("a.py"), NEW, "s1")
    workspace.undo()
    with pytest.raises(Refused, match="undone"):
        workspace.undo(applied.entry)
    with pytest.raises(InputError, match="No entry"):
        workspace.undo("nonsense")
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.undo()
    again = workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert again.entry != applied.entry and workspace.undo()[0].entry == again.entry


def test_undo_goes_back_one_write_at_a_time(tree: Tree) -> None:
    workspace = tree.open()
    first = workspace.apply(workspace.base("a.py"), b"1\n", "s1")
    workspace.apply(workspace.base("b.py"), b"2\n", "s1")
    workspace.apply(workspace.base("a.py"), b"3\n", "s2")
    with pytest.raises(Refused, match="changed"):
        workspace.undo(first.entry)
    assert [workspace.undo()[0].path for _ in range(3)] == ["a.py", "b.py", "a.py"]
    assert tree.read("a.py") == SOLUTION.encode() and not (tree.root / "b.py").exists()


def test_undo_after_a_branch_switch_looks_at_the_file(repo: Tree) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit(a__py="other branch\n")
    repo.git("checkout", "-q", "main")
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    repo.git("stash", "-q")
    repo.git("checkout", "-q", "other")
    with pytest.raises(Refused, match="changed"):
        workspace.undo()
    assert repo.read("a.py") == b"other branch\n"


def test_trees_have_their_own_journals(tmp_path: Path) -> None:
    one, two = (Tree(tmp_path / name) for name in ("one", "two"))
    for each in (one, two):
        each.write("a.py")
    applied = one.open().apply(one.open().base("a.py"), NEW, "s1")
    with pytest.raises(Refused, match="nothing to undo"):
        two.open().undo()
    with pytest.raises(InputError):
        two.open().undo(applied.entry)
    assert one.open().undo()[0].entry == applied.entry, "another start of the app knows it too"


def test_journal_is_private_and_outside_the_tree(tree: Tree) -> None:
    workspace = tree.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    for folder in (paths.journal_dir(), *paths.journal_dir().iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = [file for file in paths.journal_dir().rglob("*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not paths.journal_dir().is_relative_to(tree.root)
    (before,), (after,) = journal_files(".before"), journal_files(".after")
    assert (before.read_bytes(), after.read_bytes()) == (SOLUTION.encode(), NEW)


def test_opening_and_looking_leaves_no_trace(tree: Tree) -> None:
    before = tree.everything()
    workspace = tree.open()
    workspace.head()
    workspace.diff(workspace.base("a.py"), NEW)
    assert not paths.journal_dir().exists() and tree.everything() == before


def test_journal_forgets_the_oldest(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_room, "MAX_ENTRIES", 3)
    workspace = tree.open()
    entries = [workspace.apply(workspace.base("a.py"), b"%d\n" % n, "s1").entry for n in range(5)]
    assert [file.stem for file in journal_files(".json")] == entries[2:]
    assert [file.stem for file in journal_files(".before")] == entries[2:]
    for file in journal_files(".before"):
        os.utime(file, (1, 1))
    workspace.apply(workspace.base("a.py"), b"last\n", "s1")
    assert len(journal_files(".before")) == 1


def test_damaged_journal_never_restores_wrong_bytes(tree: Tree) -> None:
    workspace = tree.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    (before,) = journal_files(".before")
    before.write_bytes(b"something else")
    with pytest.raises(Refused, match="damaged"):
        workspace.undo()
    before.unlink()
    with pytest.raises(Refused, match="cannot be restored"):
        workspace.undo()
    (facts,) = journal_files(".json")
    facts.write_text("{")
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.undo()
    assert tree.read("a.py") == NEW


@pytest.mark.parametrize("call", ["write", "fsync", "rename", "link"])
def test_full_disk_leaves_everything_as_it_was(
    tree: Tree, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file system of the tree fails at one step; that of the journal works."""
    workspace = tree.open()
    name = "new.py" if call == "link" else "a.py"
    base = workspace.base(name)
    real_open = os.open
    ours: set[int] = set()

    def watched(path: object, *rest: object, **more: object) -> int:
        descriptor: int = real_open(path, *rest, **more)  # type: ignore[arg-type]
        if str(path).startswith(".atlas-"):
            ours.add(descriptor)
            if call == "write":
                os.close(descriptor)
                return real_open("/dev/full", os.O_WRONLY)
        return descriptor

    def failing(real: Callable[..., object]) -> Callable[..., object]:
        def call_it(*arguments: object, **more: object) -> object:
            if arguments[0] in ours or str(arguments[0]).startswith(".atlas-"):
                raise OSError(28, "No space left on device")
            return real(*arguments, **more)

        return call_it

    monkeypatch.setattr(os, "open", watched)
    if call != "write":
        monkeypatch.setattr(os, call, failing(getattr(os, call)))
    if call in ("rename", "link"):
        without_exchange(monkeypatch)
    if call == "link":
        monkeypatch.setattr(os, "rename", failing(os.rename))
    before = tree.everything()
    with pytest.raises(Refused, match="No space left"):
        workspace.apply(base, NEW, "s1")
    monkeypatch.undo()
    monkeypatch.setenv("ATLAS_TUI_HOME", str(paths.state_dir().parent))
    assert tree.everything() == before
    assert not left_over(tree)


def test_file_system_without_hard_links(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    without_exchange(monkeypatch)
    workspace = tree.open()
    assert workspace.apply(workspace.base("new.py"), NEW, "s1").created
    assert tree.read("new.py") == NEW and not left_over(tree)


def test_journal_that_cannot_be_written(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ATLAS_TUI_HOME", str(tmp_path / "file"))
    workspace = tree.open()
    with pytest.raises(Refused, match="journal"):
        workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert tree.read("a.py") == SOLUTION.encode()


def test_extended_attributes_are_kept(tree: Tree) -> None:
    if sys.platform != "linux":
        pytest.skip("Linux calls")
    try:
        os.setxattr(tree.root / "a.py", "user.note", b"kept")
    except OSError:
        pytest.skip("no extended attributes in this file system")
    workspace = tree.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert os.getxattr(tree.root / "a.py", "user.note") == b"kept"


def test_conflicted_file_is_not_written(repo: Tree) -> None:
    repo.git("checkout", "-q", "-b", "other")
    repo.commit(a__py="other\n")
    repo.git("checkout", "-q", "main")
    repo.commit(a__py="main\n")
    repo.git("merge", "other", check=False)
    workspace = repo.open()
    before = repo.everything(), repo.record()
    with pytest.raises(Refused, match="merge conflict"):
        workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert (repo.everything(), repo.record()) == before
    assert "merge in progress" in workspace.head()
    assert workspace.apply(workspace.base("free.py"), NEW, "s1").created, "others are"


def test_another_app_at_work(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tree.open(), tree.open()
    base = two.base("a.py")
    holder = journal_room.Journal(tree.root)
    with holder.locked():
        with pytest.raises(Refused, match="another Atlas TUI"), holder.locked(0.05):
            pass
        waiting = threading.Thread(target=two.apply, args=(base, NEW, "s1"))
        waiting.start()
        waiting.join(0.3)
        assert tree.read("a.py") == SOLUTION.encode(), "the second waits"
    waiting.join(10)
    assert tree.read("a.py") == NEW
    one.undo()
    assert tree.read("a.py") == SOLUTION.encode()


@pytest.mark.parametrize("state", ["planned", "undoing"])
def test_interrupted_and_then_changed_by_hand(plain: Tree, state: str) -> None:
    plain.write("a.py", SOLUTION)
    workspace = plain.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    (facts,) = journal_files(".json")
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "state": state}))
    plain.write("a.py", "by hand")
    found = plain.open()
    assert len(found.recovered) == 1 and "left as it is" in found.recovered[0]
    assert plain.read("a.py") == b"by hand"
    with pytest.raises(Refused, match="nothing to undo"):
        found.undo()


def test_open_leaves_a_write_that_is_under_way_alone(plain: Tree) -> None:
    plain.write("a.py", SOLUTION)
    workspace = plain.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    (facts,) = journal_files(".json")
    planned = json.dumps({**json.loads(facts.read_text()), "state": "planned"})
    facts.write_text(planned)
    with journal_room.Journal(plain.root).locked():
        assert plain.open().recovered == ()
    assert facts.read_text() == planned
    assert plain.open().recovered != ()


def test_journal_facts(plain: Tree) -> None:
    workspace = plain.open()
    applied = workspace.apply(workspace.base("new.py"), NEW, "s9")
    (file,) = journal_files(".json")
    facts = json.loads(file.read_text())
    assert (facts["id"], facts["session"], facts["root"]) == (applied.entry, "s9", str(plain.root))
    assert facts["state"] == "applied" and facts["before"]["exists"] is False
    assert facts["after"]["sha256"] == hashlib.sha256(NEW).hexdigest()
    assert isinstance(Workspace.open(plain.root), Workspace)
