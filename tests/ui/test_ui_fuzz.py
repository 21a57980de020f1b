"""One table of hostile texts through every place of every screen: shown harmless, and nothing is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from atlas_tui import paths, status
from atlas_tui.errors import InputError
from atlas_tui.events import Event, Part, Text
from atlas_tui.settings import Settings
from atlas_tui.ui.actions import MACHINE, RUN, SESSIONS, WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.machine import Tab
from atlas_tui.ui.screens.ask import Ask, Choose
from atlas_tui.ui.screens.choose_theme import ChooseTheme
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.welcome import Welcome
from atlas_tui.ui.toast import say
from atlas_tui.ui.widgets.matrix import Matrix
from tests.ui import scenes, story, why_story
from tests.ui.fake import FakeIsolation, FakeModel, FakeRuntime, fake_app, settled, started, until
from tests.ui.hostile import HOSTILE, LONG, _poisoned, assert_harmless, poisoned, written
from tests.ui.reviews import keep

SIZE = (130, 40)


def told_by(text: str) -> list[Event]:
    """A run with everything in it, also streams, in which every text is this one."""
    clock = story.Clock(1_800_000_100.0)
    streams: list[Event] = [
        Text(at=clock(), candidate=label, part=part, delta=text + "\n", tokens=1)
        for label in "ABC"
        for part in (Part.THINKING, Part.PLAN, Part.CODE, Part.TESTS, Part.REPAIR)
    ]
    events = why_story.contested(lens=True)
    return [*poisoned(events[:-1], text), *streams, *poisoned(events[-1:], text)]


def stored(runtime: FakeRuntime, session: str, text: str) -> None:
    """A session that holds such a run; anyone may have written its database."""
    keep(runtime.store, session, told_by(written(text)))


@pytest.fixture
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models, checks and the proposal say it as well."""
    text: str = request.param
    rows = [_told(each, text) for each in scenes.MODELS]
    found = [replace(each, value=text, fix=text) for each in scenes.CHECKS]

    async def checks(settings: object, folder: object) -> list[status.Check]:
        return found

    monkeypatch.setattr(status, "models", lambda settings: rows)
    monkeypatch.setattr(status, "checks", checks)
    monkeypatch.setattr(status, "llama", lambda settings: found)
    monkeypatch.setattr(status, "proposed", lambda: replace(scenes.PROPOSED, name=text, title=text))


def _told(model: status.Model, text: str) -> status.Model:
    told: status.Model = _poisoned(model, text)
    # What a model can be done with depends on its state.
    return replace(told, row=replace(told.row, state=model.row.state))


async def walk(pilot: Pilot[int], app: AtlasApp, *keys: str) -> None:
    """Press one after the other; after each the screen is harmless."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot, 0.5)
        assert_harmless(app)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
async def test_run_and_why(tmp_path: Path, name: str) -> None:
    text = HOSTILE[name]
    app, _ = fake_app(
        tmp_path, told_by(text), text=text, model=FakeModel(name=text, device=text),
        held=FakeIsolation(why=text, python_version=text),
        problem=replace(story.PROBLEM, statement=text, signature=text, notes=(text,), source=text),
    )  # fmt: skip
    app.desk.source = text
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended)
        assert_harmless(app)
        await walk(pilot, app, "t", "p", "z", "z", "1", "slash", "x", "escape")
        await pilot.press("f4")
        await until(pilot, lambda: app.current_mode == WHY)
        app.screen.query_one(Matrix).focus()
        for key in ("n", *("down", "right") * 4):
            await walk(pilot, app, key)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details))
        await walk(pilot, app, "end", "escape", "m", "escape", "ctrl+p", "escape", "f1", "escape", "f2")


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
async def test_sessions_and_one_that_was_cut_off(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app, runtime = fake_app(tmp_path, text="", target=None)
    stored(runtime, "1[/b]", HOSTILE[name])
    stored(runtime, "2", HOSTILE[name])
    keep(runtime.store, "3", told_by(written(HOSTILE[name]))[:-1])
    runtime.store.close()
    app, runtime = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Choose))
        assert_harmless(app)
        await pilot.press("escape", "f6")
        await until(
            pilot, lambda: app.current_mode == SESSIONS and app.screen.query_one(OptionList).option_count
        )
        await walk(pilot, app, "down", "x")
        assert isinstance(app.screen, Ask)
        await walk(pilot, app, "escape", "e", "escape", "enter")
        await until(pilot, lambda: app.current_mode == RUN and app.desk.run.ended)
        await walk(pilot, app, "f4")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "machine"),
    [(name, text) for name, text in HOSTILE.items()],
    ids=list(HOSTILE),
    indirect=["machine"],
)
async def test_the_machine_its_settings_and_the_first_start(tmp_path: Path, name: str, machine: None) -> None:
    app, _ = fake_app(tmp_path, text="", target=None, first=True)
    app.desk.machine.settings = app.settings = Settings.model_validate(
        {"model": {"path": HOSTILE[name]}, "remote": {"model": HOSTILE[name]}}
    )
    folder = paths.config_dir() / "themes"
    folder.mkdir(parents=True)
    shipped = (Path(__file__).parents[2] / "themes" / "paper.toml").read_text("utf-8")
    mine = shipped.replace('"paper"', '"[@click=app.quit]x[/]"')
    (folder / "mine.toml").write_text(mine)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Welcome))
        await settled(pilot)
        assert_harmless(app)
        await pilot.press("escape", "f7")
        await until(pilot, lambda: app.current_mode == MACHINE and app.desk.machine.models)
        await walk(pilot, app, "down", "2", "down", "down", "enter", "escape", "3", "down")
        assert app.desk.machine.tab is Tab.DOCTOR
        app.action_choose_theme()
        await until(pilot, lambda: isinstance(app.screen, ChooseTheme))
        await walk(pilot, app, "end", "escape")


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
async def test_a_megabyte_everywhere(tmp_path: Path, name: str) -> None:
    """The beginning of it is drawn, and the app goes on."""
    text = LONG[name]
    app, _ = fake_app(
        tmp_path, told_by(text), held=FakeIsolation(why=text), load_error=InputError(text, text, text)
    )
    app.desk.source = text
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        say(app, text)
        await settled(pilot)
        assert_harmless(app)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended, 120)
        await walk(pilot, app, "t", "p", "f4", "down")
        app.screen.query_one(Matrix).focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details), 60)
        await walk(pilot, app, "end", "escape")
