"""The problem screen: reading while typing, files, targets, bad input."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from atlas_tui.errors import InputError
from atlas_tui.ui import files
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.backend import Backend
from atlas_tui.ui.screens.open import OpenFile
from atlas_tui.ui.widgets.editor import ProblemEditor
from tests.ui import story
from tests.ui.fake import FakeIsolation, fake_app, screen_text, started, toasts, until


async def test_what_was_read_is_shown(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        text = screen_text(app)
        for words in (
            "def longest(nums, k):",
            "[1, 2, 3], 3 → 2",
            "4.0 s, 512 MB",
            "full, bubblewrap",
            "solution.py",
        ):
            assert words in text
        assert "qwen3-4b-instruct" in text and "no git repository" in text and "a new file" in text


async def test_typing_is_read_after_a_pause(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test() as pilot:
        await started(pilot)
        assert app.desk.problem is None and "nothing yet" in screen_text(app)
        for key in "abc":
            await pilot.press(key)
        await until(pilot, lambda: app.desk.problem)
        for _ in range(3):
            await pilot.press("backspace")
        await until(pilot, lambda: app.desk.problem is None)


def _shows(app: AtlasApp, words: str) -> bool:
    return words in " ".join(screen_text(app).split())


async def test_an_empty_problem_is_refused_with_a_toast(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole(), text="")
    async with app.run_test() as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: toasts(app))
        assert "empty" in toasts(app)[0] and runtime.runs == 0
        await pilot.press("x", "ctrl+r")
        await until(pilot, lambda: runtime.runs == 1)


async def test_a_paste_that_is_too_long_is_not_taken_and_nothing_lost(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, text="what was there")
    async with app.run_test() as pilot:
        await started(pilot)
        app.post_message(events.Paste("x" * 5_000_000))
        await until(pilot, lambda: toasts(app))
        assert "4.8 MB is too long" in toasts(app)[0]
        assert app.screen.query_one(ProblemEditor).text == "what was there"


async def test_a_long_paste_is_taken_once(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test() as pilot:
        await started(pilot)
        app.post_message(events.Paste("word " * 40_000))
        await until(pilot, lambda: app.desk.problem)
        assert app.screen.query_one(ProblemEditor).text == "word " * 40_000


async def test_a_target_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.py").write_text("x = 1\n")
    app, runtime = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(140, 40)) as pilot:
        await started(pilot)
        target = app.screen.query_one("#target", Input)
        target.focus()
        for value, words in (
            ("folder", "it is a folder"), ("../out.py", "cannot"), ("missing/x.py", "missing"),
            ("old.py", "exists, 6 B"), ("", "nothing will be written"), ("fresh.py", "a new file"),
        ):  # fmt: skip
            target.value = value
            await pilot.pause(0.1)
            await pilot.press("enter")
            await until(pilot, partial(_shows, app, words))
        target.value = "folder"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: toasts(app))
        assert runtime.runs == 0 and app.current_mode == "problem"


async def test_no_isolation_is_shown(tmp_path: Path) -> None:
    held = FakeIsolation(tier="none", why="no mechanism works here; install bubblewrap", python_version="")
    app, _ = fake_app(tmp_path, held=held)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        assert "install bubblewrap" in " ".join(screen_text(app).split())


async def test_a_model_that_does_not_load_is_told_and_the_app_goes_on(tmp_path: Path) -> None:
    fault = InputError("The model cannot be loaded", "it is not a GGUF file", "choose another model")
    app, _ = fake_app(tmp_path, load_error=fault)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        assert any("not a GGUF" in text and "choose another" in text for text in toasts(app))
        assert "model failed" in screen_text(app)
        await pilot.press("x")
        assert "x" in app.screen.query_one(ProblemEditor).text


async def test_a_backend_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    async def make(*_: object) -> Backend:
        raise InputError("The session store cannot be opened", "it is damaged", "move it away")

    app, _ = fake_app(tmp_path)
    app._make_backend = make
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: toasts(app))
        assert "damaged" in " ".join(screen_text(app).split())
        await pilot.press("ctrl+r", "x")
        await pilot.press("ctrl+q")


async def test_open_a_file_by_a_few_letters(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "stretch.md").write_text(story.STATEMENT)
    (tmp_path / "other.txt").write_text("other")
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "other.txt" in screen_text(app))
        for key in "strch":
            await pilot.press(key)
        await until(pilot, lambda: "other.txt" not in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.problem and app.desk.source == "notes/stretch.md")
        assert "Longest quiet stretch" in screen_text(app) and "notes/stretch.md" in screen_text(app)


async def test_undo_brings_back_what_an_opened_file_replaced(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("other words")
    app, _ = fake_app(tmp_path, text="typed by hand")
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "other.txt" in screen_text(app))
        await pilot.press("enter")
        editor = app.screen.query_one(ProblemEditor)
        await until(pilot, lambda: editor.text != "typed by hand")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: editor.text == "typed by hand")


@pytest.mark.parametrize(("name", "content", "words"), [
    ("nowhere.md", None, "no such file"),
    ("big.md", b"x" * 1_000_001, "longer than"),
])  # fmt: skip
async def test_a_file_that_cannot_be_opened_is_told_in_the_dialog(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    app, _ = fake_app(tmp_path, text="keep this")
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, OpenFile))
        app.screen.query_one("#path", Input).value = str(tmp_path / name)
        await pilot.press("enter")
        await until(pilot, lambda: words in " ".join(screen_text(app).split()))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, OpenFile))
        assert app.screen.query_one(ProblemEditor).text == "keep this"


async def test_the_text_given_at_the_start_is_read(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    app.desk.source = "problem.md"
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        assert app.desk.problem is story.PROBLEM and "problem.md" in screen_text(app)


def test_files_are_found_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("a.md", "src/b.py", "src/deep/c.txt", ".git/config", "node_modules/x.js", ".hidden.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert files.under(tmp_path) == ["a.md", "src/b.py", "src/deep/c.txt"]
    monkeypatch.setattr(files, "MOST_FILES", 2)
    assert len(files.under(tmp_path)) == 2
    assert files.under(tmp_path / "gone") == []


def test_matching_prefers_names_and_statements() -> None:
    paths = ["src/window.py", "docs/window.md", "wind/o.txt", "w_i_n_d.md", "other.md"]
    assert files.matching("wind", paths) == ["docs/window.md", "src/window.py", "wind/o.txt", "w_i_n_d.md"]
    assert files.matching("zzz", paths) == []
    assert files.matching("", paths)[0] == "other.md"
    assert len(files.matching("", [f"{n}.md" for n in range(1000)])) == 50


def test_reading_a_file_says_why_not(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="directory"):
        files.read(tmp_path, 10)
    with pytest.raises(InputError, match="no such file"):
        files.read(tmp_path / "x", 10)
    with pytest.raises(InputError):
        files.read(Path("/bad\x00name"), 10)
    (tmp_path / "f").write_bytes(b"12345")
    assert files.read(tmp_path / "f", 5) == b"12345"
