"""Every screen at every size: what matters is there, nothing breaks, colour is never alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, until

SIZES = [(60, 15), (80, 24), (120, 36), (160, 48)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_whole_walk(tmp_path: Path, size: tuple[int, int]) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=size) as pilot:
        await started(pilot)
        text = screen_text(app)
        assert "Longest quiet stretch" in text and "longest(nums, k)" in text and "^R Run" in text
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended)
        text = screen_text(app)
        for words in (
            "✓ observe",
            "✓ choose",
            "B is chosen",
            "samples only",
            "def longest",
            "done",
            "d Diff",
        ):
            assert words in text, words
        for line in text.splitlines():
            assert len(line) <= size[0] + 4
        await pilot.press("d")
        await until(pilot, lambda: app.desk.review)
        text = screen_text(app)
        assert "+10 −0" in text and "+ def longest(nums, k):" in text and "a Accept" in text
        for key in ("f1", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause(0.2)
            assert "Esc" in screen_text(app) or "Search" in screen_text(app)
            await pilot.press("escape")
            await pilot.pause(0.1)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert "✓ written" in screen_text(app)


async def test_the_size_may_change_at_any_time(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.stop_after = 60
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.running)
        for size in ((60, 15), (30, 8), (200, 60), (10, 3), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause(0.15)
        await until(pilot, lambda: "▸ write" in screen_text(app) or "▸ plan" in screen_text(app))
        await pilot.press("escape")
