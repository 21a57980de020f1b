"""Hunks: what git would call one, taken, left, split and edited down to the byte."""

from __future__ import annotations

import codecs

import pytest

from atlas_tui.errors import InputError
from atlas_tui.workspace.diff import diff_of, patch
from atlas_tui.workspace.hunks import (
    Change,
    Hunk,
    changed_to,
    compare,
    edit_hunk,
    hunk_of,
    hunk_text,
    split_hunk,
)
from atlas_tui.workspace.words import word_marks
from tests.workspace.conftest import Tree
from tests.workspace.hunk_cases import check


def numbered(count: int, end: str = "\n") -> list[str]:
    return [f"line {number}{end}" for number in range(1, count + 1)]


def change_of_lines(old: list[str], new: list[str]) -> Change:
    return compare("".join(old).encode(), "".join(new).encode(), "t.py")


def replaced(lines: list[str], **others: str) -> list[str]:
    """The lines with others in places such as ``_3``."""
    return [others.get(f"_{number}", line) for number, line in enumerate(lines, 1)]


def spans(change: Change) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(hunk.old, hunk.new) for hunk in change.hunks]


def test_hunk_numbers_ranges_and_lines() -> None:
    old = numbered(20)
    change = change_of_lines(old, [*replaced(old, _2="", _15="fifteen\nmore\n")])
    first, second = change.hunks
    assert (first.number, first.old, first.new, first.removed, first.added) == (
        1, (1, 2), (1, 1), (b"line 2\n",), (),
    )  # fmt: skip
    assert (second.number, second.old, second.new) == (2, (14, 15), (13, 15))
    assert (second.removed, second.added) == ((b"line 15\n",), (b"fifteen\n", b"more\n"))
    assert (change.added, change.removed, change.path, change.exists) == (2, 2, "t.py", True)


@pytest.mark.parametrize(("apart", "hunks"), [(1, 1), (6, 1), (7, 2)])
def test_changes_whose_context_touches_are_one_hunk(apart: int, hunks: int) -> None:
    old = numbered(30)
    change = change_of_lines(old, replaced(old, **{"_10": "x\n", f"_{11 + apart}": "y\n"}))
    assert len(change.hunks) == hunks
    assert sum(line.kind == "@" for line in diff_of(change).lines) == hunks, "numbers are those of the heads"
    assert (change.added, change.removed) == (2, 2), "the lines between are not counted"


def test_taking_and_leaving() -> None:
    old = numbered(30)
    change = change_of_lines(old, replaced(old, _3="three\n", _20="", _30="thirty"))
    whole = "".join(old).encode()
    assert change.content(()) == whole
    assert change.content((1,)) == whole.replace(b"line 3\n", b"three\n")
    assert change.content([2]) == whole.replace(b"line 20\n", b"")
    assert change.content({3, 1}) == whole.replace(b"line 3\n", b"three\n").replace(b"line 30\n", b"thirty")
    assert change.content() == change.content({1, 2, 3})


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_hunk_that_is_not_there(number: int) -> None:
    change = change_of_lines(old := numbered(30), replaced(old, _3="three\n", _20=""))
    for use in (
        lambda: change.content((1, number)),
        lambda: split_hunk(change, number),
        lambda: edit_hunk(change, number, "x\n"),
        lambda: diff_of(change, (number,)),
    ):
        with pytest.raises(InputError) as caught:
            use()
        assert (
            caught.value.one_line()
            == f"There is no hunk {number}: the change has 2 hunks — choose from 1 to 2"
        )


def test_no_difference_has_no_hunks() -> None:
    change = compare(b"a\n", b"a\n", "t.py")
    assert (change.hunks, change.content(), change.content(())) == ((), b"a\n", b"a\n")
    assert (diff_of(change).lines, patch(change)) == ((), b"")
    with pytest.raises(InputError, match="There is no hunk 1: the change has no hunks"):
        change.content((1,))


def test_a_binary_content_is_refused() -> None:
    with pytest.raises(InputError, match="binary"):
        compare(b"\x89PNG\0", b"a\n", "t.png")


def test_a_new_file_is_one_hunk_and_left_it_is_empty(plain: Tree) -> None:
    workspace = plain.open()
    change = workspace.change(workspace.base("new.py"), b"a\nb\n")
    assert (change.exists, change.old, len(change.hunks)) == (False, (), 1)
    assert (change.content(), change.content(())) == (b"a\nb\n", b"")
    assert diff_of(change).unified.startswith("--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n")


def test_moved_lines_are_removed_and_added() -> None:
    old = numbered(40)
    change = change_of_lines(old, [*old[5:30], *old[:5], *old[30:]])
    assert (change.added, change.removed, len(change.hunks)) == (5, 5, 2)
    assert change.content((1,)) == "".join(old[5:]).encode()


MIXED = b"a\r\nb\nc\x0cd\r\ne\rf\n\r\n\n\xe9\xff\r\n" * 3 + b"last"


@pytest.mark.parametrize(
    "content",
    [
        MIXED,
        codecs.BOM_UTF8 + MIXED.decode("latin-1").encode(),
        codecs.BOM_UTF16_LE + MIXED.decode("latin-1").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "\u0a0a\u0d0a\n\u0a0a\r\n\u000a".encode("utf-16-be") * 4,
        codecs.BOM_UTF32_BE + MIXED.decode("latin-1").encode("utf-32-be"),
        "# coding: shift_jis\n名前\r\n表\n".encode("shift_jis") * 4,
        b"a\rb\rc\rd\r" * 5,
        b"no line end at all",
    ],
)
def test_untouched_lines_keep_their_bytes_in_any_file(plain: Tree, content: bytes) -> None:
    plain.write("t.py", content)
    workspace = plain.open()
    base = workspace.base("t.py")
    mark, encoding = base.style.bom, base.style.encoding
    text = content.removeprefix(mark).decode(encoding)
    new = mark + ("first\n" + text + "\nlast\n").encode(encoding)
    change = workspace.change(base, new)
    check(change, content, new)
    assert change.content(()) == content
    # Also a single changed line in the middle leaves the rest, one by one.
    for number, line in enumerate(change.old):
        new = b"".join(change.old[:number]) + line + line + b"".join(change.old[number + 1 :])
        other = workspace.change(base, new)
        check(other, content, new)
        assert sum(len(hunk.removed) for hunk in other.hunks) <= 1


def test_lines_differ_when_only_their_ends_do() -> None:
    change = compare(b"a\nb\r\nc\n", b"a\nb\nc\n", "t.py")
    (hunk,) = change.hunks
    assert (hunk.removed, hunk.added) == ((b"b\r\n",), (b"b\n",))
    rows = [(row.kind, row.text, row.end, row.hunk) for row in diff_of(change).lines if row.kind in "+-"]
    assert rows == [("-", "b", "\r\n", 1), ("+", "b", "\n", 1)]


def test_split_where_lines_between_stay() -> None:
    old = numbered(30)
    change = change_of_lines(old, replaced(old, _10="x\n", _12="", _18="y\nz\n", _29="last\n"))
    assert len(change.hunks) == 2
    split = split_hunk(change, 1)
    assert spans(split) == [
        ((9, 10), (9, 10)),
        ((11, 12), (11, 11)),
        ((17, 18), (16, 18)),
        ((28, 29), (28, 29)),
    ]
    assert [hunk.number for hunk in split.hunks] == [1, 2, 3, 4]
    assert split.content((2,)) == "".join(replaced(old, _12="")).encode()
    check(split, change.content(()), change.content())


def test_split_of_a_new_file_between_its_definitions() -> None:
    text = "import os\n\n\ndef f():\n    a = 1\n\n    return a\n\n\ndef g():\n    return 2\n"
    change = compare(b"", text.encode(), "t.py")
    split = split_hunk(change, 1)
    assert [hunk.added[0] for hunk in split.hunks] in (
        [b"import os\n", b"def f():\n"],
        [b"import os\n", b"def g():\n"],
    )
    while len(split.hunks) < 3:
        split = split_hunk(split, 1 if b"def f():\n" in split.hunks[0].added else 2)
    assert [hunk.added[0] for hunk in split.hunks] == [b"import os\n", b"def f():\n", b"def g():\n"]
    assert split.content((1, 3)) == b"import os\n\n\ndef g():\n    return 2\n"


def test_split_beside_lines_that_are_alike() -> None:
    change = compare(
        b"a\n    return total\nz\n", b"a\n    mean = total / 2\n    check()\n    return mean, total\nz\n", "t"
    )
    first, second = split_hunk(change, 1).hunks
    assert (first.removed, first.added) == ((), (b"    mean = total / 2\n", b"    check()\n"))
    assert (second.removed, second.added) == ((b"    return total\n",), (b"    return mean, total\n",))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"a\n", b"b\n", "it is a single line"),
        (b"", b"a\n", "it is a single line"),
        (b"a\nb\n", b"a\n", "it is a single line"),
        (b"a", b"", "it is a single line"),
        # Without its first part, the byte order mark would not be the first any more.
        (codecs.BOM_UTF8 + b"a\nb\n", b"", "its lines only make sense together"),
    ],
)
def test_what_cannot_be_split(old: bytes, new: bytes, why: str) -> None:
    with pytest.raises(InputError) as caught:
        split_hunk(compare(old, new, "t.py"), 1)
    assert caught.value.one_line() == f"Hunk 1 cannot be split: {why} — edit it instead"


def test_context_is_shared_between_the_parts_of_a_split_hunk() -> None:
    old = numbered(12)
    change = split_hunk(change_of_lines(old, replaced(old, _4="x\n", _6="y\n")), 1)
    rows = [(row.kind, row.old_no, row.new_no, row.hunk) for row in diff_of(change).lines]
    assert rows == [
        ("@", None, None, 1), (" ", 1, 1, 0), (" ", 2, 2, 0), (" ", 3, 3, 0),
        ("-", 4, None, 1), ("+", None, 4, 1), (" ", 5, 5, 0),
        ("@", None, None, 2), ("-", 6, None, 2), ("+", None, 6, 2),
        (" ", 7, 7, 0), (" ", 8, 8, 0), (" ", 9, 9, 0),
    ]  # fmt: skip
    assert patch(change).count(b"\n@@ ") == 1, "a patch has one head for both: tools want context"


def test_rows_of_some_hunks_count_lines_as_if_the_others_were_not_there() -> None:
    old = numbered(30)
    change = change_of_lines(old, ["new\n"] * 5 + replaced(old, _20="x\n"))
    rows = [row for row in diff_of(change, (2,)).lines if row.kind != " "]
    assert [(row.kind, row.old_no, row.new_no, row.text, row.hunk) for row in rows] == [
        ("@", None, None, "@@ -17,7 +17,7 @@", 2),
        ("-", 20, None, "line 20", 2),
        ("+", None, 20, "x", 2),
    ]
    assert diff_of(change, ()).lines == ()


def test_edit_replaces_the_new_lines() -> None:
    old = numbered(30)
    change = change_of_lines(old, replaced(old, _10="x\n", _25="y\n"))
    assert hunk_text(change, 1) == "x\n"
    edited = edit_hunk(change, 1, "one\ntwo\nthree")
    assert hunk_of(edited, 1).added == (b"one\n", b"two\n", b"three\n")
    assert hunk_of(edited, 2).new == (26, 27)
    check(edited, change.content(()), "".join(replaced(old, _10="one\ntwo\nthree\n", _25="y\n")).encode())
    only_removed = edit_hunk(change, 1, "")
    assert only_removed.content((1,)) == "".join(replaced(old, _10="")).encode()


def test_edit_keeps_the_lines_between_byte_for_byte() -> None:
    old = b"a\nb\r\nc\x0c\ne\n"
    change = compare(old, b"A\nb\r\nc\x0c\nE\n", "t.py")
    assert hunk_text(change, 1) == "A\nb\nc\x0c\nE\n"
    edited = edit_hunk(change, 1, "A\nb\nnew\nc\x0c\nE\n")
    assert edited.content() == b"A\nb\r\nnew\nc\x0c\nE\n"
    back = edit_hunk(change, 1, "a\nb\nc\x0c\nE\n")
    assert back.content() == b"a\nb\r\nc\x0c\nE\n"
    assert hunk_of(back, 1).old == (3, 4), "what is as in the file does not change any more"


@pytest.mark.parametrize(
    ("old", "new", "text", "content"),
    [
        ("a\r\nb\r\n", "a\r\nB\r\n", "x\ny", "a\r\nx\r\ny\r\n"),
        ("a\r\nb\r\n", "a\r\nB\r\n", "x\r\ny\r\n", "a\r\nx\r\ny\r\n"),
        ("a\rb\r", "a\rB\r", "x\ny\n", "a\rx\ry\r"),
        ("a\nb", "a\nB", "x\ny", "a\nx\ny"),
        ("a\nb", "a\nB", "x\ny\n", "a\nx\ny\n"),
        ("a\nb\n", "a\nB\n", "x", "a\nx\n"),
        ("a\nb\n", "a\nb\nc", "c\nd", "a\nb\nc\nd"),
        ("a\nb\n", "a\n", "B\n", "a\nB\n"),
        ("a\nb\n", "a\nB\n", "\n", "a\n\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_edit_keeps_line_ends_and_the_end_of_the_file(
    old: str, new: str, text: str, content: str, encoding: str
) -> None:
    change = compare(old.encode(encoding), new.encode(encoding), "t.py")
    assert edit_hunk(change, 1, text).content() == content.encode(encoding)


def test_edit_that_removes_the_first_line_keeps_the_byte_order_mark() -> None:
    mark = codecs.BOM_UTF8
    change = compare(mark + b"a\nb\nc\n", mark + b"A\nb\nc\n", "t.py")
    edited = edit_hunk(change, 1, "")
    assert (edited.content(), edited.content(())) == (mark + b"b\nc\n", mark + b"a\nb\nc\n")
    assert edit_hunk(change, 1, "x\ny\n").content() == mark + b"x\ny\nb\nc\n"


def test_edits_that_are_refused() -> None:
    change = compare(b"a\nb\n", b"a\nB\n", "t.py")
    with pytest.raises(InputError) as caught:
        edit_hunk(change, 1, "b\n")
    assert caught.value.one_line() == (
        "Hunk 1 would change nothing: these are the lines of the file — leave the hunk instead"
    )
    with pytest.raises(InputError, match="change nothing"):
        edit_hunk(compare(b"a\n", b"a\nb\n", "t.py"), 1, "")
    with pytest.raises(InputError, match="NUL character"):
        edit_hunk(change, 1, "x\0\n")
    latin = compare(b"a\xff\nb\n", b"a\xff\nB\n", "t.py")
    with pytest.raises(InputError, match="iso8859-1, which has no '€'"):
        edit_hunk(latin, 1, "€\n")
    assert edit_hunk(latin, 1, "ü\n").content() == b"a\xff\n\xfc\n"


def test_edit_of_a_line_at_the_end_without_newline_after_a_split() -> None:
    change = split_hunk(compare(b"a\nb", b"A\nB\nc", "t.py"), 1)
    edited = edit_hunk(change, 1, "x")
    assert [change.content(taken) for taken in ((1,), (2,))] != [
        edited.content(taken) for taken in ((1,), (2,))
    ]
    assert edited.content((1,)).startswith(b"x\n")
    assert edited.content((2,)) == change.content((2,))


def test_a_change_of_the_same_base_to_another_content() -> None:
    change = compare(b"a\nb\n", b"a\nB\n", "t.py")
    other = changed_to(change, b"A\nb\n")
    check(other, b"a\nb\n", b"A\nb\n")
    assert (other.path, other.old) == (change.path, change.old)


def test_a_hunk_made_without_runs_changes_all_its_lines() -> None:
    hunk = Hunk(number=1, old=(0, 2), new=(0, 1), removed=(b"a\n", b"b\n"), added=(b"c\n",))
    assert (hunk.lines_added, hunk.lines_removed) == (1, 2)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a b.py", "a/a b.py\t"),
        ("é.py", "a/é.py"),
        ('q".py', '"a/q\\".py"'),
        ("new\nline.py", '"a/new\\012line.py"'),
    ],
)
def test_patch_of_a_file_with_an_odd_name_is_one_that_git_applies(plain: Tree, path: str, shown: str) -> None:
    plain.write(path, b"a\n")
    workspace = plain.open()
    change = workspace.change(workspace.base(path), b"b\n")
    assert diff_of(change).unified.startswith(f"--- {shown}\n")
    plain.write("patch", patch(change))
    plain.git("apply", "patch")
    assert plain.read(path) == b"b\n"


def test_patch_of_a_file_with_old_mac_line_ends_is_one_that_git_applies(plain: Tree) -> None:
    plain.write("t.py", b"a\rb\rc\r")
    workspace = plain.open()
    change = workspace.change(workspace.base("t.py"), b"a\rB\rc\r")
    assert [row.text for row in diff_of(change).lines if row.kind in "+-"] == ["b", "B"]
    plain.write("patch", patch(change))
    plain.git("apply", "patch")
    assert plain.read("t.py") == b"a\rB\rc\r"


def test_patch_keeps_the_bytes_of_the_file_and_its_text_can_be_read() -> None:
    change = compare(b"caf\xe9\n", b"caf\xe9s\n", "é.py")
    assert b"-caf\xe9\n+caf\xe9s\n" in patch(change)
    assert diff_of(change).unified == "--- a/é.py\n+++ b/é.py\n@@ -1 +1 @@\n-café\n+cafés\n"


def marked(old: str, new: str) -> tuple[list[str], list[str]]:
    left, right = word_marks(old, new)
    return [old[slice(*span)] for span in left], [new[slice(*span)] for span in right]


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("    return a + b", "    return a - b", ["+"], ["-"]),
        ("total = count(x)", "total = count(x, y)", [], [", y"]),
        ("for item in items:", "for name, item in items:", [], ["name, "]),
        ("value = f(one two)", "value = f(eins zwei)", ["one two"], ["eins zwei"]),
        ("same", "same", [], []),
        ("    x = 1", "        x = 1", ["    "], ["        "]),
        ("", "abc", [], ["abc"]),
        ("import os", "class Tree:", ["import os"], ["class Tree:"]),
        ("höhe = 1", "höhe = 2", ["1"], ["2"]),
    ],
)
def test_word_marks(old: str, new: str, left: list[str], right: list[str]) -> None:
    assert marked(old, new) == (left, right)


def test_word_marks_of_very_long_lines_are_the_whole_lines() -> None:
    assert word_marks("a " * 5_000, "b " * 5_000) == (((0, 10_000),), ((0, 10_000),))
