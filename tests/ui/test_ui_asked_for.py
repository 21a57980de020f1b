"""What people ask terminal apps of this kind for, as far as no other test shows it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import atlas_tui.ui
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.widgets.editor import BLINKS, ProblemEditor
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, settled, started, until
from tests.ui.reviews import TWO_BUGS, git, hunked, make_repository, reviewed

UI = Path(atlas_tui.ui.__file__).parent
PARSING = {"Collapsible", "DataTable", "Label", "Log", "Markdown", "MarkdownViewer", "RichLog", "Tree"}
"""Widgets of Textual that take brackets for markup, or lay out all of a stream for each token."""


def test_no_widget_parses_what_it_is_given() -> None:
    """Brackets of a program are no markup, and a stream is not laid out from its beginning each time."""
    for file in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
                assert not PARSING & {each.name for each in node.names}, file
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("Static", "OptionList"):
                ours = bool(node.args) and isinstance(node.args[0], ast.Constant)
                plain = any(each.arg == "markup" for each in node.keywords)
                assert ours or plain, f"{file}:{node.lineno} takes markup"


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)], ids=str)
async def test_escape_stops_a_run_at_the_first_press_wherever_the_focus_is(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    app, runtime = fake_app(tmp_path, story.repaired())
    runtime.stop_after = len(runtime.events) - 2
    async with app.run_test(size=size) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.running and app.screen.focus_chain)
        await settled(pilot)
        places = [each.id or type(each).__name__ for each in app.screen.focus_chain]
        for number, place in enumerate(places, 1):
            app.screen.focus_chain[number - 1].focus()
            await pilot.press("escape")
            await until(pilot, lambda: app.desk.run.ended)
            assert app.desk.run.cancelled, place
            if number < len(places):
                await pilot.press("ctrl+r")
                await until(pilot, lambda: app.desk.run.running)
                await settled(pilot)
        assert len(places) >= 2 and runtime.runs == len(places)


async def test_what_was_left_is_still_shown_and_can_be_written_later(tmp_path: Path) -> None:
    """Nothing is committed, staged, stashed or branched by what the person writes."""
    app, _, target = hunked(make_repository(tmp_path))

    def known() -> str:
        words = ("rev-parse HEAD", "for-each-ref", "stash list", "worktree list", "diff --cached")
        return "\n".join(git(tmp_path, *each.split()) for each in words)

    before = known()
    async with app.run_test(size=(120, 50)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("space", "a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        await until(pilot, lambda: "✓ written 1/2" in screen_text(app))
        assert "best = 0" in screen_text(app), "what was left is no less a part of the candidate"
        assert target.read_text() == TWO_BUGS.replace("return best", "return int(best)")
        assert known() == before


async def test_a_cursor_that_nobody_moves_stands_still_and_a_key_wakes_it(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        editor = app.screen.query_one(ProblemEditor)
        for _ in range(BLINKS):
            editor._toggle_cursor_blink_visible()
        assert editor._cursor_visible and not editor.blink_timer._active.is_set()
        await pilot.press("x")
        assert editor.blink_timer._active.is_set()
