"""The model's state on the screen changes without a word from the app: it loads, is unloaded, or dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.fake import fake_app, screen_text, started, until


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("loading 43 %", "loading 43 %"),
        ("off (unloaded after 30 min idle)", "off (unloaded after 30 min idle)"),
        ("failed: it was ended by signal SIGKILL", "model failed"),
    ],
)
async def test_a_change_is_drawn_while_nothing_runs(tmp_path: Path, state: str, words: str) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        assert words not in screen_text(app)
        version = app.desk.version
        runtime.model_state, runtime.model = state, None
        await until(pilot, lambda: words in screen_text(app), 10)
        if state.startswith("failed"):
            assert "SIGKILL" in screen_text(app)
        assert app.desk.version == version
