"""Several files at once: all or none, undone and redone as one, also by another start of the app."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.errors import InputError, Refused
from atlas_tui.workspace import Write, folders as folder_room, journal as journal_room, swap, write
from tests.workspace.conftest import SOLUTION, Tree, asked_for as ask

NEW = b"def solve(n):\n    return 42\n"


def test_group_is_written_undone_and_redone_as_one(tree: Tree) -> None:
    before = tree.everything()
    workspace = tree.open()
    (tree.root / "b.py").chmod(0o751)
    applied = workspace.apply_all(ask(workspace, a__py=NEW, b__py=None, c__py=b"c\n"), "s1", confirmed=True)
    assert [(each.path, each.created) for each in applied] == [
        ("a.py", False),
        ("b.py", False),
        ("c.py", True),
    ]
    assert len({each.group for each in applied}) == 1 and applied[0].group
    after = {**before, "a.py": NEW, "c.py": b"c\n"}
    del after["b.py"]
    assert tree.everything() == after
    undone = tree.open().undo()
    assert [each.path for each in undone] == ["a.py", "b.py", "c.py"] and tree.everything() == before
    assert stat.S_IMODE((tree.root / "b.py").stat().st_mode) == 0o751, "content and mode come back"
    redone = tree.open().redo()
    assert [each.entry for each in redone] == [each.entry for each in applied]
    assert tree.everything() == after
    tree.open().undo(applied[1].entry)
    tree.open().redo(applied[0].group)
    tree.open().undo(applied[0].group)
    assert tree.everything() == before


def test_one_write_stands_alone(tree: Tree) -> None:
    workspace = tree.open()
    assert workspace.apply(workspace.base("a.py"), NEW, "s1").group == ""


@pytest.mark.parametrize("spoil", ["changed", "removed", "folder", "link", "made", "parent", "mode"])
def test_one_file_that_does_not_fit_keeps_all_from_being_written(
    repo: Tree, tmp_path: Path, spoil: str
) -> None:
    repo.write("sub/z.py", "z\n")
    workspace = repo.open()
    asked = [*ask(workspace, a__py=NEW, new__py=NEW), Write(workspace.base("sub/z.py"), NEW)]
    z = repo.root / "sub" / "z.py"
    if spoil == "changed":
        z.write_text("theirs")
    elif spoil == "removed":
        z.unlink()
    elif spoil == "folder":
        z.unlink()
        (z / "deep").mkdir(parents=True)
    elif spoil == "link":
        z.unlink()
        z.symlink_to("../a.py")
    elif spoil == "made":
        repo.write("new.py", "theirs")
    elif spoil == "parent":
        shutil.move(repo.root / "sub", tmp_path / "elsewhere")
        (repo.root / "sub").symlink_to(tmp_path / "elsewhere")
    else:
        z.chmod(0o600)
    before = repo.everything(), repo.record()
    assert any(workspace.moved(each.base) for each in asked)
    with pytest.raises(Refused, match="None of 3 files is written"):
        workspace.apply_all(asked, "s1")
    assert (repo.everything(), repo.record()) == before
    assert not list(paths.journal_dir().glob("*/*.json")), "nothing was begun"


def test_preconditions_come_before_the_journal_and_the_first_rename(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tree.open()
    asked = ask(workspace, a__py=NEW, b__py=NEW)
    tree.write("b.py", "theirs")
    for room, name in ((swap.Swap, "stage"), (swap.Swap, "swap"), (journal_room.Journal, "begin")):
        monkeypatch.setattr(room, name, lambda *_: pytest.fail("too early"))
    with pytest.raises(Refused):
        workspace.apply_all(asked, "s1")


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("failing", range(4))
def test_failure_in_the_middle_takes_all_back(
    tree: Tree, failing: int, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlas_tui.workspace import rename

    if not exchange:

        def unsupported(*_: object) -> None:
            raise rename.Unsupported

        monkeypatch.setattr(rename, "_renameat2", unsupported)
    before = tree.everything()
    inodes = {name: (tree.root / name).stat().st_ino for name in ("a.py", "b.py")}
    workspace = tree.open()
    asked = [*ask(workspace, a__py=NEW, b__py=None, c__py=b"c\n"), Write(workspace.base("d/e/f.py"), b"f\n")]
    real, calls = swap.Swap.swap, []

    def fail(self: swap.Swap) -> None:
        calls.append(self)
        if len(calls) == failing + 1:
            raise OSError(122, "Disk quota exceeded")
        real(self)

    monkeypatch.setattr(swap.Swap, "swap", fail)
    with pytest.raises(Refused, match="Disk quota"):
        workspace.apply_all(asked, "s1", confirmed=True)
    monkeypatch.setattr(swap.Swap, "swap", real)
    assert tree.everything() == before and not (tree.root / "d").exists()
    if exchange:
        assert inodes == {name: (tree.root / name).stat().st_ino for name in inodes}, "the very files"
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.undo()
    assert workspace.recovered == ()
    workspace.apply_all(asked, "s1", confirmed=True)
    calls.clear()
    after = tree.everything()
    monkeypatch.setattr(swap.Swap, "swap", fail)
    with pytest.raises(Refused, match="Disk quota"):
        workspace.undo()
    monkeypatch.setattr(swap.Swap, "swap", real)
    assert tree.everything() == after
    workspace.undo()
    assert tree.everything() == before


def test_interrupt_by_the_person_takes_all_back(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree.everything()
    workspace = tree.open()
    real, calls = swap.Swap.swap, []

    def interrupted(self: swap.Swap) -> None:
        real(self)
        calls.append(self)
        self._done = self._kept = False  # As when it comes right after the rename.
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(swap.Swap, "swap", interrupted)
    with pytest.raises(KeyboardInterrupt):
        workspace.apply_all(ask(workspace, a__py=NEW, b__py=None, c__py=b"c\n"), "s1", confirmed=True)
    assert tree.everything() == before


def test_write_into_the_old_file_while_it_is_replaced(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that had it open saves between our renames: its bytes are what stays."""
    workspace = tree.open()
    real = swap.Swap.swap
    with (tree.root / "a.py").open("r+b") as editor:

        def late(self: swap.Swap) -> None:
            real(self)
            editor.write(b"precious\n")
            editor.flush()

        monkeypatch.setattr(swap.Swap, "swap", late)
        with pytest.raises(Refused, match="this very moment"):
            workspace.apply(workspace.base("a.py"), NEW, "s1")
    assert tree.read("a.py").startswith(b"precious\n")


def test_undo_of_a_group_needs_all_its_files_as_they_were_written(tree: Tree) -> None:
    workspace = tree.open()
    workspace.apply_all(ask(workspace, a__py=NEW, c__py=b"c\n"), "s1")
    tree.write("c.py", "mine now\n")
    before = tree.everything()
    with pytest.raises(Refused, match="None of 2 files is undone") as caught:
        workspace.undo()
    assert "reverse patch" in caught.value.todo and "c.py" in caught.value.why
    assert tree.everything() == before


def test_redo_only_where_the_bytes_are_as_undo_left_them(tree: Tree) -> None:
    workspace = tree.open()
    with pytest.raises(Refused, match="nothing to redo"):
        workspace.redo()
    applied = workspace.apply_all(ask(workspace, a__py=NEW, c__py=b"c\n"), "s1")
    with pytest.raises(Refused, match="applied"):
        workspace.redo(applied[0].entry)
    workspace.undo()
    tree.write("c.py", "mine\n")
    before = tree.everything()
    with pytest.raises(Refused, match="made meanwhile"):
        workspace.redo()
    assert tree.everything() == before
    (tree.root / "c.py").unlink()
    workspace.redo()
    assert tree.read("c.py") == b"c\n"
    with pytest.raises(InputError, match="No entry"):
        workspace.redo("nonsense")


def test_undo_and_redo_go_back_and_forth_through_all_writes(tree: Tree) -> None:
    workspace = tree.open()
    states = [tree.everything()]
    for number in range(4):
        workspace.apply_all(ask(workspace, a__py=b"%d\n" % number, b__py=b"%d\r\n" % number), "s1")
        states.append(tree.everything())
    for state in reversed(states[:-1]):
        tree.open().undo()
        assert tree.everything() == state
    for state in states[1:]:
        tree.open().redo()
        assert tree.everything() == state
    tree.open().undo()
    assert tree.everything() == states[-2], "the latest again"


def test_undo_and_redo_of_a_session(tree: Tree) -> None:
    workspace = tree.open()
    one = workspace.apply(workspace.base("a.py"), NEW, "s1")
    two = workspace.apply(workspace.base("b.py"), NEW, "s2")
    assert workspace.undo(session="s1")[0].entry == one.entry
    with pytest.raises(Refused, match="s1"):
        workspace.undo(session="s1")
    assert workspace.undo(session="s2")[0].entry == two.entry
    assert workspace.redo(session="s1")[0].entry == one.entry
    assert workspace.undo()[0].entry == one.entry


def test_undo_that_failed_does_not_change_what_is_undone_next(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tree.open()
    one = workspace.apply(workspace.base("a.py"), NEW, "s1")
    two = workspace.apply(workspace.base("b.py"), NEW, "s1")

    def fail(_: swap.Swap) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(swap.Swap, "swap", fail)
        with pytest.raises(Refused, match="No space"):
            workspace.undo(one.entry)
    assert [workspace.undo()[0].entry for _ in range(2)] == [two.entry, one.entry]


def test_undo_never_moves_head(repo: Tree) -> None:
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    workspace.commit(["a.py"], "message")
    before = repo.record()
    workspace.undo()
    workspace.redo()
    assert repo.record() == before and repo.read("a.py") == NEW


def test_new_folders_come_and_go_with_their_files(tree: Tree) -> None:
    workspace = tree.open()
    base = workspace.base("made/deep/x.py")
    assert base.new_folders == ("made", "made/deep") and not (tree.root / "made").exists()
    one = workspace.apply(base, b"x\n", "s1")
    two = workspace.apply(workspace.base("made/y.py"), b"y\n", "s1")
    assert workspace.base("made/deep/x.py").new_folders == ()
    workspace.undo(one.entry)
    assert (tree.root / "made").is_dir() and not (tree.root / "made" / "deep").exists()
    workspace.redo(one.entry)
    assert tree.read("made/deep/x.py") == b"x\n"
    workspace.undo(one.entry)
    workspace.undo(two.entry)
    assert not (tree.root / "made").exists(), "the last of ours takes it along"
    workspace.redo()
    assert tree.read("made/y.py") == b"y\n"


def test_folders_with_other_files_or_of_others_stay(tree: Tree) -> None:
    workspace = tree.open()
    (tree.root / "theirs").mkdir()
    workspace.apply(workspace.base("theirs/x.py"), b"x\n", "s1")
    workspace.undo()
    assert (tree.root / "theirs").is_dir(), "empty, but not made by us"
    workspace.apply(workspace.base("ours/x.py"), b"x\n", "s1")
    tree.write("ours/mine.txt", "mine")
    workspace.undo()
    assert tree.read("ours/mine.txt") == b"mine"
    shutil.rmtree(tree.root / "ours")
    workspace.redo()
    shutil.rmtree(tree.root / "ours")
    (tree.root / "ours").mkdir()
    tree.write("ours/x.py", b"x\n").chmod(0o644)
    workspace.undo()
    assert (tree.root / "ours").is_dir(), "made anew by the person, often under the same inode"


def test_folder_made_by_another_meanwhile_is_not_taken_for_ours(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tree.open()
    base = workspace.base("made/x.py")
    real = os.mkdir

    def slow(path: str, *rest: int, **more: int) -> None:
        if str(path).startswith(".atlas-"):
            real(tree.root / "made")
        real(path, *rest, **more)

    monkeypatch.setattr(folder_room.os, "mkdir", slow)
    with pytest.raises(Refused, match="made by another"):
        workspace.apply(base, b"x\n", "s1")
    monkeypatch.setattr(folder_room.os, "mkdir", real)
    assert list((tree.root / "made").iterdir()) == []
    workspace.apply(base, b"x\n", "s1")
    workspace.undo()
    assert (tree.root / "made").is_dir()


def test_removing_needs_a_yes_and_something_to_remove(tree: Tree) -> None:
    workspace = tree.open()
    with pytest.raises(Refused, match="removed"):
        workspace.apply_all(ask(workspace, a__py=None), "s1")
    with pytest.raises(Refused, match="nothing to remove"):
        workspace.apply_all(ask(workspace, none__py=None), "s1", confirmed=True)
    assert (tree.root / "a.py").exists()


def test_rename_also_by_case_alone(tree: Tree) -> None:
    before = tree.everything()
    workspace = tree.open()
    workspace.apply_all(
        [Write(workspace.base("a.py"), None), Write(workspace.base("A.py"), SOLUTION.encode())],
        "s1",
        confirmed=True,
    )
    assert "a.py" not in tree.everything() and tree.read("A.py") == SOLUTION.encode()
    workspace.undo()
    assert tree.everything() == before


def test_same_file_twice_none_and_too_many(tree: Tree) -> None:
    workspace = tree.open()
    base = workspace.base("a.py")
    os.link(tree.root / "b.py", tree.root / "other.py")
    for asked, why in (
        ([Write(base, NEW), Write(base, b"x")], "same file"),
        (ask(workspace, b__py=NEW, other__py=NEW), "same file"),
        ([], "no file"),
        ([Write(base, NEW)] * (write.MOST_FILES + 1), "at once"),
    ):
        with pytest.raises(Refused, match=why):
            workspace.apply_all(asked, "s1", confirmed=True)


def test_hard_linked_file_needs_a_yes(tree: Tree) -> None:
    os.link(tree.root / "a.py", tree.root / "other.py")
    workspace = tree.open()
    base = workspace.base("a.py")
    assert "hard links" in base.confirm
    with pytest.raises(Refused, match="hard links"):
        workspace.apply(base, NEW, "s1")
    workspace.apply(base, NEW, "s1", confirmed=True)
    assert tree.read("other.py") == SOLUTION.encode()
    workspace.undo()
    assert tree.read("a.py") == SOLUTION.encode()


@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_text("mine\n")])
def test_moved_says_why(tree: Tree, change: Callable[[Path], object]) -> None:
    workspace = tree.open()
    base, new = workspace.base("a.py"), workspace.base("none/new.py")
    assert workspace.moved(base) == workspace.moved(new) == ""
    change(tree.root / "a.py")
    assert "meanwhile" in workspace.moved(base)
    tree.write("none/new.py")
    assert "made meanwhile" in workspace.moved(new)
