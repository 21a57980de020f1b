"""The table of samples: change, add, delete; what is left runs."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import OptionList

from atlas_tui.problem import Problem, Sample
from atlas_tui.ui.screens.samples import EditSample, Samples
from atlas_tui.ui.widgets.editor import SafeTextArea
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, until


async def test_change_add_and_delete(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "as they stand in the text" in screen_text(app))
        await pilot.press("d", "enter")
        await until(pilot, lambda: isinstance(app.screen, EditSample))
        app.screen.query_one("#expected", SafeTextArea).text = "oops"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not a plain value" in screen_text(app))
        app.screen.query_one("#expected", SafeTextArea).text = "None"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Samples))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, EditSample))
        app.screen.query_one("#given", SafeTextArea).text = "[7], 7"
        app.screen.query_one("#expected", SafeTextArea).text = "1"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "[7], 7" in screen_text(app) and "changed: every" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: "3, changed by hand" in screen_text(app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.ran)
    assert runtime.ran[0].samples == (
        Sample(given="[[], 5]", expected="null"),
        story.PROBLEM.samples[2],
        Sample(given="[[7], 7]", expected="1"),
    )


async def test_given_up_changes_nothing_and_u_goes_back(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Samples))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, EditSample))
        await pilot.press("x", "escape")
        await until(pilot, lambda: isinstance(app.screen, Samples))
        for _ in range(4):
            await pilot.press("d")
        await until(pilot, lambda: "none: nothing can be checked" in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count == 3)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Samples))
        assert app.desk.problem is story.PROBLEM


async def test_samples_survive_typing_and_go_with_the_text(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("other")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, Samples))
        await pilot.press("d", "escape")
        await until(pilot, lambda: "2, changed by hand" in screen_text(app))
        await pilot.press("x")
        await pilot.pause(0.5)
        assert app.desk.problem is not None and len(app.desk.problem.samples) == 2
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "other.md" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.source == "other.md")
        await until(pilot, lambda: "changed by hand" not in screen_text(app))


async def test_hostile_samples_are_shown_harmless(tmp_path: Path) -> None:
    hostile = Sample(given='["\\u001b]52;c;x\\u0007", "[/]"]', expected='"\u202e[bold]"')
    problem = Problem(statement="x", mode=story.PROBLEM.mode, samples=(hostile,), entry_point="f")
    app, _ = fake_app(tmp_path, problem=problem)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "[/]" in screen_text(app) and "[bold]" in screen_text(app))
        assert "\u202e" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EditSample))
        assert "\u202e" not in screen_text(app)
