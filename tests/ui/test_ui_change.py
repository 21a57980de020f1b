"""A change in the repository the app was opened in, asked for on the problem screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from atlas_tui.errors import InputError
from atlas_tui.problem import Mode
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.drafts import Draft, Drafts
from atlas_tui.ui.recent import draft_of
from atlas_tui.ui.repository import Asked, patterns
from atlas_tui.ui.screens.base import RunAgain
from atlas_tui.ui.screens.change_how import ChangeHow
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.must_pass import MustPass
from atlas_tui.ui.screens.problem import ProblemScreen
from atlas_tui.ui.widgets.editor import ProblemEditor
from tests.ui import change_story
from tests.ui.fake import FakeRuntime, fake_app, screen_text, started, toasts, until

SIZE = (120, 44)


def shows(app: AtlasApp, words: str) -> bool:
    return words in " ".join(screen_text(app).replace("│", " ").split())


def change_app(folder: Path, text: str = change_story.TEXT) -> tuple[AtlasApp, FakeRuntime]:
    """An app over the repository of the story, whose tests end as the story says."""
    change_story.write_repository(folder)
    app, runtime = fake_app(folder, change_story.whole(folder), text=text, target=None)
    runtime.project = change_story.project(folder)
    return app, runtime


async def test_a_repository_offers_both_kinds(tmp_path: Path) -> None:
    app, _ = change_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await until(pilot, lambda: shows(app, "for a change in this repository") and shows(app, "F10"))
        await pilot.press("f10")
        await until(pilot, lambda: shows(app, "a change in this repository"))
        for words in (
            tmp_path.name,
            "python -m unittest",
            "found: test_stats.py and the like are tests of unittest",
            "not run yet; F11 runs them",
            "all but the tests and what configures them",
            "files stats.py",
            "F11 Check",
        ):
            assert shows(app, words), words
        assert not shows(app, "target file") and not shows(app, "^T Target")
        await pilot.press("f10")
        await until(pilot, lambda: shows(app, "target file") and app.desk.problem)


async def test_no_repository_offers_programs_alone(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10")
        assert not app.desk.repository.on and not shows(app, "F10")


async def test_the_tests_are_run_and_told_and_a_run_is_of_that_change(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    runtime.project = None  # They run in the sandbox.
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\0\0")
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "f11")
        await until(pilot, lambda: shows(app, "2 tests fail, 1 passes"))
        assert shows(app, "all 2 that fail; ^S chooses") and shows(app, "test_of_none")
        await pilot.press("alt+l")
        await until(pilot, lambda: isinstance(app.screen, Details) and shows(app, "logo.png"))
        await pilot.press("escape")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.ran)
    (ran,) = runtime.ran
    assert ran.mode is Mode.CHANGE and ran.project and ran.project.required == change_story.REQUIRED
    assert ran.project.targets == ("stats.py",) and ran.project.root == str(tmp_path)
    assert [sample.given for sample in ran.samples][:2] == list(change_story.REQUIRED)


async def test_esc_stops_the_tests_and_the_text_stays(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    runtime.may_check.clear()
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "ctrl+r")
        await until(pilot, lambda: shows(app, "running its tests twice") and shows(app, "Esc Stop"))
        assert not shows(app, "^R Run")
        await pilot.press("escape")
        await until(pilot, lambda: shows(app, "not run yet"))
        assert not app.desk.repository.working and not runtime.runs
        assert isinstance(app.screen, ProblemScreen)
        assert app.screen.query_one(ProblemEditor).text == change_story.TEXT
        runtime.may_check.set()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.runs)


@pytest.mark.parametrize("key", ["f11", "ctrl+r"])
async def test_why_they_cannot_be_run_is_told(tmp_path: Path, key: str) -> None:
    app, runtime = change_app(tmp_path)
    runtime.change_error = InputError("The tests cannot be run", "pytest is not there", "install it")
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", key)
        await until(pilot, lambda: toasts(app))
        assert "pytest is not there" in toasts(app)[0] and shows(app, "The tests cannot be run")
        assert not runtime.runs and not app.desk.repository.working


async def test_a_change_needs_a_text_but_its_tests_need_none(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path, text="")
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "ctrl+r")
        await until(pilot, lambda: any("say what is to be changed" in each for each in toasts(app)))
        assert not runtime.runs
        await pilot.press("f11")
        await until(pilot, lambda: shows(app, "2 tests fail, 1 passes"))


async def test_which_tests_must_pass_is_chosen(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "f11")
        await until(pilot, lambda: shows(app, "2 tests fail"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, MustPass))
        assert shows(app, "✓ test_stats.MeanTest.test_of_none") and shows(app, "2 of 2 that fail now")
        await pilot.press("space", "down", "space", "enter")
        await until(pilot, lambda: shows(app, "at least one has to pass"))
        await pilot.press("a")
        await until(pilot, lambda: shows(app, "2 of 2 that fail now"))
        await pilot.press("up", "space")
        await until(pilot, lambda: shows(app, "– test_stats.MeanTest.test_of_none"))
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "1 test, as you chose") and shows(app, "asked otherwise since"))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.runs)
    assert runtime.wanted[-1].must_pass == (change_story.REQUIRED[1],)
    assert app.desk.repository.failing == change_story.REQUIRED


async def test_a_run_from_the_run_screen_looks_at_the_files_again(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "ctrl+r")
        await until(pilot, lambda: app.desk.run.ended and not app._solving)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.runs == 2 and app.desk.run.ended)
        assert len(runtime.wanted) == 2
        await pilot.press("f2")
        await until(pilot, lambda: shows(app, "2 tests fail"))
        (tmp_path / "stats.py").write_text(change_story.FIXED)
        await app.desk.refresh_head()
        await until(pilot, lambda: shows(app, "files were changed since; F11 runs them again"))


async def test_the_test_command_and_the_files_are_said_in_a_dialog(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, ChangeHow))
        tests, allowed = (app.screen.query_one(f"#{id}", Input) for id in ("tests", "allowed"))
        assert shows(app, "● the tests stay as they are") and shows(app, "○ the tests may be changed too")
        assert tests.value == "python -m unittest" and shows(app, "pytest runs tests of unittest as well")
        tests.value, allowed.value = "pytest | tee log", "src/*.py, stats.py"
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "needs a shell"))
        tests.value = "pytest -q test_stats.py"
        app.screen.query_one("#edit", OptionList).highlighted = 1
        await until(pilot, lambda: shows(app, "● the tests may be changed too"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: shows(app, "as you typed it") and shows(app, "src/*.py"))
        assert shows(app, "the tests too")
        await pilot.press("f11")
        await until(pilot, lambda: shows(app, "2 tests fail"))
    (wanted,) = runtime.wanted
    assert wanted.tests == "pytest -q test_stats.py" and wanted.edit_tests
    assert wanted.allowed == ("src/*.py", "stats.py")


async def test_notes_and_names_are_drawn_harmless(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    runtime.project = change_story.project(tmp_path, required=("[red]t\x1b[31m::x",), flaky=("f",))
    runtime.change_notes = ("1 test did not end alike twice\x07 [b]f[/b]",)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "f11")
        await until(pilot, lambda: shows(app, "1 test fails, 1 passes, 1 flaky"))
        assert shows(app, "[red]t␛[31m::x") and shows(app, "[b]f[/b]")
        assert "\x1b" not in screen_text(app)


async def test_a_draft_keeps_what_was_asked(tmp_path: Path) -> None:
    change_story.write_repository(tmp_path)
    asked = Asked(tests="pytest -q", must_pass=("a::b",), allowed=("*.py",), edit_tests=True)
    Drafts(tmp_path).keep(Draft(text="Mend it", change=asked))
    app, _ = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "not run" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "pytest -q"))
        assert app.desk.repository.on and app.desk.repository.asked == asked
        await until(pilot, lambda: Drafts(tmp_path).left())
    (left,) = Drafts(tmp_path).left()
    assert left.change == asked


async def test_a_change_that_was_run_is_asked_again_as_it_was(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path, text="")
    problem = change_story.problem(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        app.post_message(RunAgain(problem, ""))
        await until(pilot, lambda: runtime.ran)
        (wanted,) = runtime.wanted
        assert (wanted.text, wanted.tests) == (change_story.TEXT, "python -m unittest")
        assert wanted.must_pass == change_story.REQUIRED and not wanted.edit_tests
        elsewhere = change_story.problem(tmp_path / "other")
        app.post_message(RunAgain(elsewhere, ""))
        await until(pilot, lambda: any("open the app in that folder" in each for each in toasts(app)))
        assert runtime.runs == 1
    assert draft_of(problem).change is not None


def test_patterns_are_separated_by_commas_or_blanks() -> None:
    assert patterns(" a.py,b/*  a.py ") == ("a.py", "b/*") and patterns("") == ()
