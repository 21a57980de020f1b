"""A change from the problem screen to its choice over the real runtime; only the model recites."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.events import Outcome
from atlas_tui.problem import Mode
from tests.conftest import reciter
from tests.ui import change_story
from tests.ui.fake import screen_text, toasts, until
from tests.ui.test_ui_change import SIZE, shows
from tests.ui.test_ui_real import real_app

REPLY = (
    "- one\n- two\n\nTechnique: a case of its own\n1. Return 0 for none.\n\n"
    f"### stats.py\n```python\n{change_story.FIXED}```"
)


@pytest.mark.slow
async def test_a_change_is_checked_solved_and_shown(tmp_path: Path) -> None:
    change_story.write_repository(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    app = real_app(tmp_path, reciter([REPLY]), change_story.TEXT)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.desk.backend and app.desk.backend.model_state == "ready", 60)
        await until(pilot, lambda: app.desk.held)
        if app.desk.held is not None and str(app.desk.held.tier) == "none":
            pytest.skip(app.desk.held.why)
        await pilot.press("f10", "f11")
        await until(pilot, lambda: shows(app, "2 tests fail, 1 passes"), 60)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended, 90)
        run = app.desk.run
        assert run.ended is not None and run.ended.outcome is Outcome.VERIFIED, (run.failures, toasts(app))
        assert run.problem is not None and run.problem.mode is Mode.CHANGE
        assert run.problem.project is not None and "def mean" in run.problem.project.context
        assert (
            run.chosen is not None and "+    return sum(numbers) / len(numbers) if numbers" in run.chosen.code
        )
        assert "is chosen" in screen_text(app) and shows(app, "mends 2 of 2 tests, keeps")
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
