"""The app over the real runtime: llama.cpp, sandbox, git, store; only the model recites."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from textual.widgets import Static, TextArea

from atlas_tui import paths
from atlas_tui.events import Committed, Outcome, RunEnded, Verdict
from atlas_tui.settings import Settings
from atlas_tui.store import Store
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.screens.edit_hunk import EditHunk
from tests.ui.fake import screen_text, toasts, until

TWICE = """Print twice the number.

Input:
```
3
```
Output:
```
6
```

Input:
```
5
```
Output:
```
10
```
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "A"),
        ("config", "user.email", "a@b.org"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def real_app(folder: Path, model: Path, text: str = TWICE) -> AtlasApp:
    settings = Settings(model={"path": str(model), "threads": 1, "gpu_layers": 0}, solver={"seed": 3})  # type: ignore[arg-type]
    return AtlasApp(settings, folder, text)


async def test_from_a_problem_to_a_commit(repository: Path, reciter_gguf: Path) -> None:
    app = real_app(repository, reciter_gguf)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.desk.backend and app.desk.backend.model_state == "ready", 60)
        assert app.desk.problem is not None and len(app.desk.problem.samples) == 2
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended, 90)
        run = app.desk.run
        assert run.ended is not None
        held = app.desk.held
        if held is not None and str(held.tier) == "none":
            pytest.skip(held.why)
        assert run.ended.outcome is Outcome.VERIFIED, (run.failures, run.chosen)
        assert run.chosen is not None and run.pace.tokens > 0 and run.tokens_in > 0
        assert all(entry.plan and entry.approach for entry in run.candidates)
        assert any(each.verdict is Verdict.OK for each in run.runs())
        assert f"{run.chosen.candidate} is chosen" in screen_text(app)
        await pilot.press("d")
        await until(pilot, lambda: app.desk.review)
        assert run.base is not None and not run.base.exists
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditHunk))
        app.screen.query_one(TextArea).insert("# by hand\n", (0, 0))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "untested" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "✓ tested 2/2" in screen_text(app), 60)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        written = (repository / "solution.py").read_text()
        assert written.strip() == f"# by hand\n{run.chosen.code}".strip()
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Commit))
        proposed = app.screen.query_one("#proposal", Static)
        await until(pilot, lambda: "is writing" not in str(proposed.content), 60)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.desk.run.committed)
        await pilot.press("ctrl+q")
    store = Store(paths.database())
    events = store.events(app.desk.run.session)
    store.close()
    assert isinstance(events[-1], Committed) and any(isinstance(event, RunEnded) for event in events)


async def test_escape_stops_a_run_and_the_next_one_works(repository: Path, tiny_gguf: Path) -> None:
    app = real_app(repository, tiny_gguf)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.desk.backend and app.desk.backend.model_state == "ready", 60)
        for _ in range(2):
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.desk.run.running and app.desk.run.pace.tokens > 0, 60)
            await pilot.press("escape")
            await until(pilot, lambda: app.desk.run.ended, 20)
            assert app.desk.run.cancelled is not None
            assert "cancelled" in screen_text(app)
        await pilot.press("ctrl+c")


async def test_a_file_that_is_no_model(repository: Path) -> None:
    fake = repository / "model.gguf"
    fake.write_bytes(b"not a model")
    app = real_app(repository, fake)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: toasts(app), 60)
        assert "model failed" in screen_text(app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended, 60)
        assert app.desk.run.failures and "✗" in screen_text(app)
        await pilot.press("ctrl+q")


@pytest.mark.parametrize(
    ("text", "words"), [("", "empty"), ("a\x00b\x01" * 50, "not text")], ids=["empty", "binary"]
)
async def test_problems_that_cannot_be_read(repository: Path, tiny_gguf: Path, text: str, words: str) -> None:
    app = real_app(repository, tiny_gguf, text)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.desk.backend, 60)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: any(words in toast for toast in toasts(app)), 20)
        assert app.current_mode == "problem"
        await pilot.press("ctrl+q")
