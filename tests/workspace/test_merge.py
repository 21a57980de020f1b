"""Three versions side by side, and the patch that takes a change back from files that went on changing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from atlas_tui.errors import Refused
from atlas_tui.workspace import PartKind, Write
from atlas_tui.workspace.merge import Merge, merge
from atlas_tui.workspace.text import Style
from tests.workspace.conftest import SOLUTION, Tree

BASE = "".join(f"line {number}\n" for number in range(12))
NEW = b"def solve(n):\n    return 42\n"


def changed(*places: int, mark: str = "x") -> bytes:
    lines = BASE.splitlines(keepends=True)
    for place in places:
        lines[place] = f"{mark} {place}\n"
    return "".join(lines).encode()


def of(base: bytes, ours: bytes, theirs: bytes) -> Merge:
    merged = merge(base, ours, theirs, Style())
    assert b"".join(line for part in merged.parts for line in part.base) == base
    assert b"".join(line for part in merged.parts for line in part.ours) == ours
    assert b"".join(line for part in merged.parts for line in part.theirs) == theirs
    return merged


def test_changes_apart_come_together() -> None:
    merged = of(BASE.encode(), changed(1), changed(9, mark="y"))
    kinds = [part.kind for part in merged.parts]
    assert kinds == ["same", "ours", "same", "theirs", "same"]
    expected = changed(1).replace(b"line 9\n", b"y 9\n")
    assert (merged.conflicts, merged.content) == (0, expected)


def test_same_change_on_both_sides_is_none_to_decide() -> None:
    merged = of(BASE.encode(), changed(4), changed(4))
    assert [part.kind for part in merged.parts][1] is PartKind.BOTH and merged.content == changed(4)


@pytest.mark.parametrize("other", [4, 5])
def test_changes_of_the_same_or_touching_lines_conflict(other: int) -> None:
    merged = of(BASE.encode(), changed(4), changed(other, mark="y"))
    assert (merged.conflicts, merged.content) == (1, None)
    (conflict,) = [part for part in merged.parts if part.kind is PartKind.CONFLICT]
    assert b"x 4\n" in conflict.ours and f"y {other}\n".encode() in conflict.theirs
    assert merged.with_ours() == changed(4)


def test_versions_that_are_empty() -> None:
    assert of(b"", b"", b"a\n").content == b"a\n"
    assert of(b"", b"a\n", b"b\n").conflicts == 1
    assert of(b"a\n", b"", b"").content == b""
    assert of(b"", b"", b"").parts == ()


def test_any_versions_are_told_apart_without_loss() -> None:
    rng = random.Random(7)

    def version() -> bytes:
        return b"".join(rng.choice([b"a\n", b"b\r\n", b"c\n", b"\n", b"d"]) for _ in range(rng.randrange(9)))

    for _ in range(1500):
        base, ours, theirs = version(), version(), version()
        merged = of(base, ours, theirs)
        assert (merged.content is None) == (merged.conflicts > 0)
        assert of(base, base, theirs).content == theirs
        assert of(base, ours, base).content == ours


def test_view_of_a_file_that_moved(repo: Tree) -> None:
    repo.write("a.py", BASE)
    workspace = repo.open()
    base = workspace.base("a.py")
    repo.write("a.py", changed(1))
    with pytest.raises(Refused, match="changed meanwhile"):
        workspace.apply(base, changed(9), "s1")
    view = workspace.three_way(base, changed(9))
    assert view.content == changed(1, 9) and view.conflicts == 0
    assert repo.read("a.py") == changed(1), "only looked at"
    workspace.apply(workspace.base("a.py"), view.content, "s1")
    (repo.root / "a.py").unlink()
    assert workspace.three_way(base, changed(9)).conflicts == 1
    (repo.root / "a.py").mkdir()
    with pytest.raises(Refused, match="folder"):
        workspace.three_way(base, changed(9))


def test_view_of_a_file_in_utf_16(plain: Tree) -> None:
    text = "\ufeffeins\nzwei\ndrei\n\u0a0avier\n"
    plain.write("a.py", text.encode("utf-16-le"))
    workspace = plain.open()
    base = workspace.base("a.py")
    plain.write("a.py", text.replace("eins", "one").encode("utf-16-le"))
    view = workspace.three_way(base, text.replace("vier", "four").encode("utf-16-le"))
    assert view.content == text.replace("eins", "one").replace("vier", "four").encode("utf-16-le")


def apply_patch(repo: Tree, patch: str, tmp_path: Path) -> None:
    (tmp_path / "patch").write_text(patch, newline="")
    repo.git("apply", "--whitespace=nowarn", str(tmp_path / "patch"))


def test_reverse_patch_takes_back_ours_and_leaves_theirs(repo: Tree, tmp_path: Path) -> None:
    repo.write("a.py", BASE)
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), changed(2, 3), "s1")
    repo.write("a.py", changed(2, 3, 10))
    with pytest.raises(Refused) as caught:
        workspace.undo()
    assert "reverse patch" in caught.value.todo
    before = repo.everything(), repo.record()
    patch = repo.open().reverse_patch()
    assert (repo.everything(), repo.record()) == before
    apply_patch(repo, patch, tmp_path)
    assert repo.read("a.py") == changed(10)


def test_reverse_patch_leaves_out_what_changed_again(repo: Tree, tmp_path: Path) -> None:
    repo.write("a.py", BASE)
    workspace = repo.open()
    applied = workspace.apply(workspace.base("a.py"), changed(2, 8), "s1")
    repo.write("a.py", changed(2, 8).replace(b"x 2", b"mine 2"))
    patch = workspace.reverse_patch(applied.entry)
    assert patch.startswith("# a.py: 1 place that was changed since is left alone")
    apply_patch(repo, patch, tmp_path)
    assert repo.read("a.py") == changed(2, mark="mine")


def test_reverse_patch_of_a_group(repo: Tree, tmp_path: Path) -> None:
    repo.write("a.py", BASE)
    repo.write("old.py", SOLUTION)
    workspace = repo.open()
    workspace.apply_all(
        [
            Write(workspace.base("a.py"), changed(2)),
            Write(workspace.base("new.py"), NEW),
            Write(workspace.base("more.py"), NEW),
            Write(workspace.base("old.py"), None),
        ],
        "s1",
        confirmed=True,
    )
    repo.write("a.py", changed(2, 9))
    repo.write("more.py", b"# mine\n" + NEW)
    patch = workspace.reverse_patch()
    apply_patch(repo, patch, tmp_path)
    assert repo.read("a.py") == changed(9) and repo.read("old.py") == SOLUTION.encode()
    assert not (repo.root / "new.py").exists() and repo.read("more.py") == b"# mine\n"


def test_reverse_patch_where_nothing_is_left(repo: Tree) -> None:
    workspace = repo.open()
    with pytest.raises(Refused, match="nothing to undo"):
        workspace.reverse_patch()
    workspace.apply_all(
        [Write(workspace.base("a.py"), None), Write(workspace.base("new.py"), NEW)], "s1", confirmed=True
    )
    repo.write("a.py", "made anew\n")
    (repo.root / "new.py").unlink()
    with pytest.raises(Refused, match=r"made anew.*; new\.py was removed"):
        workspace.reverse_patch()


def test_reverse_patch_of_a_file_that_became_binary(repo: Tree) -> None:
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), NEW, "s1")
    repo.write("a.py", NEW + b"\0\xff")
    assert "-    return 42" in workspace.reverse_patch()


def test_reverse_patch_of_latin_1_is_exact(repo: Tree, tmp_path: Path) -> None:
    old = b"# -*- coding: latin-1 -*-\n# \xe9t\xe9\nx = 1\n" + b"y = 2\n" * 8
    repo.write("a.py", old)
    workspace = repo.open()
    workspace.apply(workspace.base("a.py"), old.replace(b"x = 1", b"x = '\xfc'"), "s1")
    repo.write("a.py", repo.read("a.py") + b"# mine\n")
    patch = tmp_path / "exact"
    patch.write_bytes(workspace.reverse_patch().encode("utf-8", "surrogateescape"))
    repo.git("apply", str(patch))
    assert repo.read("a.py") == old + b"# mine\n"
