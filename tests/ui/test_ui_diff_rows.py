"""Rows of a change: every line once, in order, in one column and in two."""

from __future__ import annotations

import random

import pytest
from textual.style import Style

from atlas_tui.ui.widgets.diff_draw import Look, Painter
from atlas_tui.ui.widgets.diff_rows import NONE, Kind, Row, Rows, lay_out, new_lines
from atlas_tui.ui.widgets.diff_text import LONGEST, NEW, OLD, Texts
from atlas_tui.ui.widgets.highlight import Colors
from atlas_tui.workspace.hunks import Change, compare


def change(old: str | bytes, new: str | bytes, path: str = "a.py") -> Change:
    raw = [text.encode() if isinstance(text, str) else text for text in (old, new)]
    return compare(raw[0], raw[1], path)


def numbered(count: int) -> list[str]:
    return [f"line {number}\n" for number in range(1, count + 1)]


def changed(count: int, **other: str) -> Change:
    """Lines 1 to ``count``, of which some are others in the new content: ``l7="text"``."""
    old = numbered(count)
    new = [other.get(f"l{number}", line) for number, line in enumerate(old, 1)]
    return change("".join(old), "".join(new))


def texts_of(one: Change) -> Texts:
    return Texts(one, new_lines(one))


def drawn(one: Change, *, beside: bool = False) -> list[str]:
    """The rows in short: kind, then the line numbers."""
    names = {Kind.HEAD: "#", Kind.SAME: " ", Kind.REMOVED: "-", Kind.ADDED: "+", Kind.BOTH: "|"}
    rows = []
    for row in lay_out(one, beside=beside).rows:
        if row.kind is Kind.FOLD:
            rows.append(f"~{row.hidden}")
        elif row.kind is Kind.HEAD:
            rows.append(f"#{row.hunk}")
        else:
            rows.append(f"{names[row.kind]}{row.old + 1}:{row.new + 1}")
    return rows


def test_one_column_shows_heads_context_and_folds() -> None:
    one = changed(30, l10="ten\n", l11="line 11 \n", l25="")
    assert drawn(one) == [
        "~6", " 7:7", " 8:8", " 9:9", "#1", "-10:10", "-11:11", "+10:10", "+11:11",
        " 12:12", " 13:13", " 14:14", "~7", " 22:22", " 23:23", " 24:24", "#2", "-25:0",
        " 26:25", " 27:26", " 28:27", "~2",
    ]  # fmt: skip


def test_two_columns_put_like_lines_side_by_side() -> None:
    one = changed(9, l4="zero\nline  4\n")
    assert [row for row in drawn(one, beside=True) if row[0] in "-+|"] == ["+0:4", "|4:5"]
    one = change("a\nvalue = 1\n", "something\nelse\nvalue = 2\n")
    assert drawn(one, beside=True) == ["#1", "|1:1", "+0:2", "|2:3"]
    assert drawn(one) == ["#1", "-1:0", "-2:3", "+0:1", "+0:2", "+2:3"]


def test_folds_open_one_by_one_and_all_at_once() -> None:
    one = changed(40, l10="x\n", l30="y\n")
    page = lay_out(one)
    assert page.folds == {0, 1, 2}
    assert lay_out(one, opened={1}).folds == {0, 2}
    whole = lay_out(one, whole=True)
    assert not whole.folds and len(whole.rows) == 40 + 2 + 2
    assert page.spans == ((4, 7), (14, 17)) and page.rows[4] == Row(Kind.HEAD, 1)


def test_nothing_is_folded_where_the_fold_would_be_as_long() -> None:
    assert "~2" in drawn(changed(10, l6="x\n")) and drawn(changed(9, l5="x\n"))[:2] == [" 1:1", " 2:2"]
    assert not [row for row in drawn(changed(9, l5="x\n")) if row[0] == "~"]


def test_a_new_file_an_emptied_one_and_no_change() -> None:
    assert drawn(change("", "a\nb\n")) == ["#1", "+0:1", "+0:2"]
    assert drawn(change("a\nb\n", "")) == ["#1", "-1:0", "-2:0"]
    assert drawn(change("a\nb\n", "a\nb\n")) == ["~2"] and drawn(change("", "")) == []


@pytest.mark.parametrize("beside", [False, True])
def test_every_line_is_there_once_and_in_order(beside: bool) -> None:
    chance = random.Random(1)
    for _ in range(150):
        old = [f"{chance.randrange(6)} word\n" for _ in range(chance.randrange(40))]
        new = [line for line in old if chance.random() < 0.8]
        for _ in range(chance.randrange(6)):
            new.insert(chance.randint(0, len(new)), f"{chance.randrange(9)} word {chance.randrange(3)}\n")
        one = change("".join(old), "".join(new))
        rows = list(lay_out(one, beside=beside, whole=True).rows)
        left = [row.old for row in rows if row.kind in (Kind.SAME, Kind.REMOVED, Kind.BOTH)]
        right = [row.new for row in rows if row.kind in (Kind.SAME, Kind.ADDED, Kind.BOTH)]
        assert left == list(range(len(old))) and right == list(range(len(new)))
        assert all(old[row.old] == new[row.new] for row in rows if row.kind is Kind.SAME)
        assert b"".join(new_lines(one)) == "".join(new).encode()
        assert [row.hunk for row in rows if row.kind is Kind.HEAD] == [hunk.number for hunk in one.hunks]


def test_a_line_is_found_again_after_folding_and_in_two_columns() -> None:
    one = changed(60, l20="x\n", l21="", l50="y\n")
    pages = [lay_out(one), lay_out(one, whole=True), lay_out(one, beside=True), lay_out(one, opened={1})]
    for page in pages:
        for other in pages:
            for row in page.rows:
                there = other.rows[other.rows.find(row)]
                if row.kind is Kind.HEAD:
                    assert there == row
                else:
                    wanted = {(side, row.at(side)) for side in (OLD, NEW)}
                    reach = max(1, there.hidden)
                    assert any(
                        there.at(side) != NONE and place != NONE and 0 <= place - there.at(side) < reach
                        for side, place in wanted
                    ), (row, there)


def test_the_hunk_in_sight() -> None:
    page = lay_out(changed(40, l10="x\n", l30="y\n"))
    assert [page.hunk_in(top, top + 3) for top in (0, 2, 4, 6, 7, 12, 16, 17)] == [0, 1, 1, 1, 0, 2, 2, 0]


def test_rows_end_where_they_end() -> None:
    rows = Rows()
    rows.add(Row(Kind.SAME, 0, 5, 7), 3)
    assert rows.cut(-4, 99) == [Row(Kind.SAME, 0, 5 + on, 7 + on) for on in range(3)]
    with pytest.raises(IndexError):
        rows[3]
    assert rows.find(Row(Kind.SAME, 0, 99, 99)) == 2 and Rows().find(Row(Kind.HEAD, 1)) == 0


def test_many_uneven_runs_are_paired_in_bounded_work() -> None:
    old = "".join(f"a {number}\nb {number}\n" + "same\n" * 8 for number in range(900))
    new = "".join(f"x {number}\ny {number}\nz {number}\n" + "same\n" * 8 for number in range(900))
    rows = lay_out(change(old, new), whole=True).rows
    assert sum(row.kind is Kind.ADDED for row in rows) == 2_700


def test_text_is_safe_to_show_and_tabs_are_columns() -> None:
    one = change("", "\tif x:\ty\x1b[2J\u202e [bold]\n日本\n")
    texts = texts_of(one)
    assert texts.shown(NEW, 0) == "    if x:   y␛[2J⟨RLO⟩ [bold]" and texts.shown(NEW, 1) == "日本"


def test_a_very_long_line_is_cut_and_says_so() -> None:
    one = change("x" * 9_000 + "\n", "x" * 9_000 + "y\n")
    texts = texts_of(one)
    assert texts.shown(OLD, 0) == "x" * LONGEST + " … 7,000 more"
    assert texts.note(OLD, 0, 0) == "" and texts.shown(NEW, 0).endswith(" … 7,001 more")
    one = change("x" * 8_999 + "a\n", "x" * 8_999 + "b\n")
    assert texts_of(one).note(NEW, 0, 0) == "differs from character 9,000"
    assert texts.width <= LONGEST + 40


@pytest.mark.parametrize(
    ("old", "new", "notes"),
    [
        (b"a\nb\n", b"a\r\nb\r\n", ("LF", "CRLF")),
        (b"a\r\nb", b"a\r\nb\r\n", ("no newline at end", "")),
        (b"a\nb\n", b"a\nc", ("", "no newline at end")),
        (b"\xef\xbb\xbfa\n", b"a\n", ("byte order mark", "no byte order mark")),
        ("\ufeffa\r\nb\r\n".encode("utf-16-le"), "\ufeffa\nb\r\n".encode("utf-16-le"), ("CRLF", "LF")),
    ],
)
def test_what_cannot_be_seen_is_said(old: bytes, new: bytes, notes: tuple[str, str]) -> None:
    one = change(old, new)
    texts = texts_of(one)
    row = next(row for row in lay_out(one, beside=True).rows if row.kind is Kind.BOTH)
    assert (texts.note(OLD, row.old, row.new), texts.note(NEW, row.new, row.old)) == notes


def test_an_added_line_with_the_ends_of_its_file_needs_no_note() -> None:
    one = change(b"a\r\nb\r\n", b"a\r\nx\r\ny\nb\r\n")
    texts = texts_of(one)
    assert [texts.note(NEW, place, NONE) for place in (1, 2)] == ["", "LF"]
    one = change(b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfnew\na\n")
    assert texts_of(one).note(NEW, 0, NONE) == ""


def test_words_that_differ_are_marked_and_other_lines_are_not() -> None:
    one = change("best = max(best, 1)\n", "best = min(best, 1)\n")
    left, right = texts_of(one).marks(0, 0)
    assert left == right == ((7, 10),)
    one = change("def f():\n", "print('something else')\n")
    assert texts_of(one).marks(0, 0) == ((), ())
    long = "word " * 150
    one = change(f"{long}a {long}\n", f"{long}bb {long}\n")
    assert texts_of(one).marks(0, 0) == (((750, 751),), ((750, 752),))


@pytest.mark.parametrize("beside", [False, True])
def test_every_row_is_exactly_as_wide_as_the_view(beside: bool) -> None:
    lines = ["a = 1", "日本語の文字列" * 4, "x" * 90, "e\u0301é\t日\x1b[0m", ""]
    one = change("".join(f"{line}\n" for line in lines), "".join(f"_{line}\n" for line in lines[::-1]))
    painter = Painter(one, texts_of(one), Colors())
    painter.parse = lambda style: Style(bold=True)
    for width in (1, 8, 9, 10, 13, 20, 33, 50, 80, 120):
        for scrolled in (0, 1, 2, 3, 7, 30, 95, 500):
            look = Look(width=width, beside=beside, scrolled=scrolled, cursor=1, taken=frozenset({1}))
            for row in lay_out(one, beside=beside).rows:
                assert painter.strip(row, look).cell_length == width, (row, look)


def test_half_a_wide_character_is_a_space() -> None:
    one = change("", "日本\n")
    painter = Painter(one, texts_of(one), Colors())
    painter.parse = lambda style: Style(bold=True)

    def text(scrolled: int, width: int = 12) -> str:
        look = Look(width=width, beside=False, scrolled=scrolled, cursor=0, taken=None)
        return painter.strip(Row(Kind.ADDED, 1, NONE, 0), look).text[7:]

    assert [text(scrolled) for scrolled in (0, 1, 2, 3, 4)] == ["日本 ", " 本  ", "本   ", "     ", "     "]
    assert text(0, 10) == "日…" and text(0, 9) == " …"
