"""The view of a change in a real app: what stands on the screen, the cursor, folds, colours that follow."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.color import Color
from textual.pilot import Pilot

from atlas_tui.ui import themes
from atlas_tui.ui.widgets.diff import DiffView
from atlas_tui.ui.widgets.diff_draw import STRONGER
from atlas_tui.ui.widgets.diff_rows import Kind
from atlas_tui.ui.widgets.highlight import CHUNK, is_python
from atlas_tui.workspace.hunks import Change, compare, split_hunk
from tests.ui.fake import screen_text, until
from tests.ui.test_ui_themes import LOADED, color, contrast

LINES = [f"def f{number}(x):  # {number}\n" for number in range(1, 61)]


def text_change(old: list[str], new: list[str], path: str = "src/a.py") -> Change:
    return compare("".join(old).encode(), "".join(new).encode(), path)


def three_hunks() -> Change:
    new = [*LINES]
    new[9], new[29], new[49] = "ten = 10\n", "def f30(y):  # 30\n", ""
    return text_change(LINES, new)


class ViewApp(App[None]):
    CSS = "DiffView { height: 1fr; border: round $line; }"

    def __init__(self, theme: str = themes.DEFAULT) -> None:
        super().__init__()
        self.moved: list[int] = []
        self.picked: list[int] = []
        for loaded in LOADED:
            self.register_theme(loaded)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield DiffView()

    @property
    def view(self) -> DiffView:
        return self.query_one(DiffView)

    @on(DiffView.Moved)
    def _moved(self, event: DiffView.Moved) -> None:
        self.moved.append(event.hunk)

    @on(DiffView.Picked)
    def _picked(self, event: DiffView.Picked) -> None:
        self.picked.append(event.hunk)


def lines_of(app: App[Any]) -> list[str]:
    return [line.strip("│╭╰─╮╯ ") for line in screen_text(app).split("\n")]


def styles_at(app: ViewApp, find: Callable[[str], bool]) -> list[tuple[str, Any]]:
    """Text and style of the pieces of the first row for which ``find`` holds."""
    view = app.view
    for y in range(view.size.height):
        strip = view.render_line(y)
        if find(strip.text):
            return [(segment.text, segment.style) for segment in strip]
    raise AssertionError(screen_text(app))


def has(part: str, text: str) -> bool:
    return part in text


def seen(app: ViewApp, text: str) -> bool:
    return text in screen_text(app)


async def shown(pilot: Pilot[None], change: Change | None, *words: object, **how: Any) -> DiffView:
    app = pilot.app
    assert isinstance(app, ViewApp)
    app.view.show_change(change, *words, **how)  # type: ignore[arg-type]
    await app.workers.wait_for_complete()
    await pilot.pause()
    return app.view


async def test_heads_signs_and_words_say_what_colours_say() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 40)) as pilot:
        await shown(pilot, three_hunks(), {1, 3}, title="src/a.py", left="working tree", right="B")
        text = screen_text(app)
        assert "src/a.py  working tree → B" in text
        assert "▸ ☑ 1/3  taken  lines 10 → 10  +1 −1" in text
        assert "  ☐ 2/3  left  lines 30 → 30  +1 −1" in text and "  ☑ 3/3  taken  lines 50 go  +0 −1" in text
        assert "▌10    − def f10(x):  # 10" in text and "▌   10 + ten = 10" in text
        assert "⋯ 6 unchanged lines" in text and "⋯ 13 unchanged lines" in text


async def test_nothing_can_be_taken_between_two_candidates() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 40)) as pilot:
        await shown(pilot, three_hunks(), None, left="A", right="B")
        text = screen_text(app)
        assert "☑" not in text and "☐" not in text and "taken" not in text and "1/3  lines 10" in text


async def test_two_columns_where_there_is_room_and_one_where_there_is_not() -> None:
    app = ViewApp()
    async with app.run_test(size=(120, 40)) as pilot:
        view = await shown(pilot, three_hunks(), {1}, side_by_side=True)
        assert view.beside
        assert any("10 − def f10(x):  # 10" in line and "│10 + ten = 10" in line for line in lines_of(app))
        await pilot.resize_terminal(99, 40)
        await until(pilot, lambda: not view.beside and "▌10    − def f10" in screen_text(app))
        assert all(len(line) <= 99 for line in screen_text(app).split("\n"))
        await pilot.resize_terminal(100, 40)
        await until(pilot, lambda: "│10 + ten = 10" in screen_text(app))


async def test_next_and_previous_hunk_come_into_sight() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 12)) as pilot:
        view = await shown(pilot, three_hunks(), {1, 2, 3})
        assert view.hunk == 1
        for number in (2, 3):
            assert view.go(+1) and view.hunk == number
            head = f"▸ ☑ {number}/3"
            await until(pilot, partial(seen, app, head))
        assert not view.go(+1) and view.hunk == 3
        assert view.go(-1) and view.go(-1) and not view.go(-1) and view.hunk == 1
        await until(pilot, lambda: "▸ ☑ 1/3" in screen_text(app))
        assert view.go_to(3) and not view.go_to(4) and not view.go_to(0)
        await until(pilot, lambda: app.moved == [1, 2, 3, 2, 1, 3])


async def test_whoever_scrolls_takes_the_cursor_along() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 12)) as pilot:
        view = await shown(pilot, three_hunks(), {1, 2, 3})
        view.focus()
        await pilot.press("end")
        await until(pilot, lambda: view.hunk == 3)
        await pilot.press("home")
        await until(pilot, lambda: view.hunk == 1)


async def test_folds_around_the_cursor_and_the_whole_file() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 90)) as pilot:
        view = await shown(pilot, three_hunks(), {1})
        view.go_to(2)
        assert view.toggle_fold()
        await pilot.pause()
        assert "# 20" in screen_text(app) and "# 40" in screen_text(app) and "# 2\n" not in screen_text(app)
        assert view.toggle_fold() and sum(row.kind is Kind.FOLD for row in view.rows) == 4
        view.toggle_whole()
        await pilot.pause()
        assert view.whole and "⋯" not in screen_text(app) and "# 2 " in screen_text(app)
        assert not view.toggle_fold()
        view.toggle_whole()
        await pilot.pause()
        assert not view.whole and "⋯ 6 unchanged lines" in screen_text(app)


async def test_the_same_file_again_keeps_its_place_and_another_one_does_not() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 14)) as pilot:
        change = three_hunks()
        view = await shown(pilot, change, {1, 2, 3})
        view.go_to(2)
        view.toggle_fold()
        top, rows = view.scroll_offset.y, len(view.rows)
        await shown(pilot, change, {1, 3})
        assert (view.hunk, view.scroll_offset.y, len(view.rows)) == (2, top, rows)
        assert "▸ ☐ 2/3  left" in screen_text(app)
        await shown(pilot, text_change(LINES, LINES[:-1], "src/b.py"), {1})
        assert view.hunk == 1 and view.scroll_offset.y == 0 and len(view.rows) < 10
        await shown(pilot, None)
        assert view.hunk == 0 and not len(view.rows) and not view.go(1) and not view.toggle_fold()


async def test_the_line_at_the_top_stays_there_when_lines_above_it_unfold() -> None:
    app = ViewApp()
    async with app.run_test(size=(120, 12)) as pilot:
        view = await shown(pilot, three_hunks(), {1, 2, 3})
        view.go_to(2)
        await pilot.pause()
        top = view.rows[view.scroll_offset.y]
        view.toggle_whole()
        await pilot.pause()
        assert view.rows[view.scroll_offset.y] == top
        await shown(pilot, three_hunks(), {1, 2, 3}, side_by_side=True)
        assert view.rows[view.scroll_offset.y] == top


async def test_clicks_open_folds_move_the_cursor_and_pick() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 40)) as pilot:
        view = await shown(pilot, three_hunks(), {1, 2, 3})
        place = next(y for y, row in enumerate(view.rows) if row.kind is Kind.HEAD and row.hunk == 2)
        await pilot.click(DiffView, offset=(3, place + 1))
        await until(pilot, lambda: view.hunk == 2 and app.picked == [2])
        await pilot.click(DiffView, offset=(20, place + 2))
        await pilot.click(DiffView, offset=(20, 1))
        await until(pilot, lambda: "# 2 " in screen_text(app).replace("│", " "))
        assert app.picked == [2] and not any(row.kind is Kind.FOLD and not row.hunk for row in view.rows)


async def test_hostile_text_reaches_the_screen_as_marks_only() -> None:
    new = ["a = '\x1b[2J\u202e[/]'\n", "\tb[bold] = '日本語日本語'\r\n", "x" * 5_000 + "\n"]
    app = ViewApp()
    async with app.run_test(size=(120, 12)) as pilot:
        for beside in (False, True):
            await shown(
                pilot, text_change(["a\n"], new), {1}, side_by_side=beside, title="[x]\x1b", right="[/]"
            )
            text = screen_text(app)
            assert "␛[2J⟨RLO⟩[/]" in text and "    b[bold] = '日本語" in text and "\x1b" not in text
            assert "[x]␛" in text and "xxx…" in text


async def test_long_lines_are_scrolled_sideways_and_the_numbers_stay() -> None:
    long = ["a = '" + "0123456789" * 30 + "end'\n"]
    app = ViewApp()
    async with app.run_test(size=(60, 12)) as pilot:
        view = await shown(pilot, text_change([], long), {1})
        assert "…" in screen_text(app)
        view.scroll_to(x=view.max_scroll_x, animate=False)
        await pilot.pause()
        assert any(line.startswith("▌  1 + ") and "789end'" in line for line in lines_of(app))


async def test_words_that_differ_are_underlined_in_both_lines() -> None:
    app = ViewApp()
    async with app.run_test(size=(90, 40)) as pilot:
        await shown(pilot, three_hunks(), {1, 2, 3})
        for sign, word in (("−", "x"), ("+", "y")):
            pieces = styles_at(app, partial(has, f"{sign} def f30"))
            assert [text for text, style in pieces if style.underline] == [word]


async def test_colours_follow_in_a_thread_and_only_for_python() -> None:
    lines = ["def f(x):  # one\n"] * (CHUNK + 20)
    app = ViewApp()
    async with app.run_test(size=(90, 20)) as pilot:
        view = app.view
        view.show_change(text_change([], lines, "a.py"), {1})
        assert "def" not in [text for text, _ in styles_at(app, lambda text: "def" in text)]
        await app.workers.wait_for_complete()
        await until(pilot, lambda: "def" in [text for text, _ in styles_at(app, lambda text: "def" in text)])
        view.scroll_end(animate=False)
        await pilot.pause()
        assert "# one" in [text for text, _ in styles_at(app, lambda text: f"{CHUNK + 19} + def" in text)]
        await shown(pilot, text_change([], lines, "a.txt"), {1})
        assert "def" not in [text for text, _ in styles_at(app, lambda text: "def" in text)]


async def test_a_split_hunk_keeps_the_colours_of_its_lines() -> None:
    new = [*LINES]
    new[9], new[13] = "def ten(): pass\n", "def fourteen(): pass\n"
    change = text_change(LINES, new)
    app = ViewApp()
    async with app.run_test(size=(90, 40)) as pilot:
        await shown(pilot, change, {1})
        app.view.show_change(split_hunk(change, 1), {1, 2})
        assert "def" in [text for text, _ in styles_at(app, lambda text: "+ def ten" in text)]
        assert len([row for row in app.view.rows if row.kind is Kind.HEAD]) == 2


async def test_thousands_of_lines_are_drawn_only_where_they_are_seen() -> None:
    lines = [f"value_{number} = {number}\n" for number in range(5_000)]
    app = ViewApp()
    async with app.run_test(size=(90, 30)) as pilot:
        view = await shown(pilot, text_change([], lines), {1})
        assert len(view.rows) == 5_001 and len(view._strips) < 100
        view.focus()
        await pilot.press("end")
        await until(pilot, lambda: "value_4999 = 4999" in screen_text(app))


@pytest.mark.parametrize("theme", [theme.name for theme in LOADED])
async def test_every_theme_and_no_colour_at_all_say_the_same(
    theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []
    for bare in (False, True):
        if bare:
            monkeypatch.setitem(os.environ, "NO_COLOR", "1")
        app = ViewApp(theme)
        async with app.run_test(size=(90, 40)) as pilot:
            await shown(pilot, three_hunks(), {1, 2})
            texts.append(screen_text(app))
            marked = styles_at(app, lambda text: "+ def f30" in text)
            assert any(style.underline for _, style in marked)
    assert texts[0] == texts[1]


@pytest.mark.parametrize("theme", LOADED, ids=lambda theme: theme.name)
def test_code_can_be_read_on_the_colours_of_a_change(theme: Any) -> None:
    for ground in ("diff-add", "diff-del"):
        back, text = color(theme, ground), color(theme, f"{ground}-text")
        for name in ("keyword", "string", "number", "name", "comment"):
            assert contrast(color(theme, f"code-{name}"), back) >= 4.5, (ground, name)
        assert contrast(text, Color.blend(back, text, STRONGER)) >= 4.5


def test_python_is_told_by_name_or_first_line() -> None:
    assert is_python("a/b.py", "") and is_python("x.pyi", "") and is_python("run", "#!/usr/bin/env python3")
    assert not is_python("a.txt", "#!/usr/bin/python") and not is_python("run", "#!/bin/sh")
