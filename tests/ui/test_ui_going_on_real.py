"""Going on, stopping one and preferring, over the real runtime: only the model recites."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from atlas_tui import paths
from atlas_tui.events import GoneOn, NextStep, Preferred, RunEnded
from atlas_tui.settings import Settings
from atlas_tui.store import Store
from atlas_tui.ui.app import AtlasApp
from tests.conftest import reciter
from tests.solver.test_going_on import ONCE, SLOW
from tests.solver.test_walk import DOUBLE, RIGHT, WRONG
from tests.ui.fake import screen_text, until


def real_app(folder: Path, model: Path, **solver: object) -> AtlasApp:
    settings = Settings.model_validate(
        {
            "model": {"path": str(model), "threads": 1, "gpu_layers": 0},
            "solver": {"seed": 5, **ONCE, **solver},
        }
    )
    return AtlasApp(settings, folder, DOUBLE)


async def begin(pilot: Pilot[int], app: AtlasApp) -> None:
    await until(pilot, lambda: app.desk.backend and app.desk.backend.model_state == "ready", 60)
    await until(pilot, lambda: app.desk.held)
    if app.desk.held is not None and str(app.desk.held.tier) == "none":
        pytest.skip(app.desk.held.why)
    await pilot.press("ctrl+r")


async def ended(pilot: Pilot[int], app: AtlasApp) -> None:
    await until(pilot, lambda: app.desk.run.ended and not app._solving, 90)


async def test_repair_more_and_preference_are_of_one_session(tmp_path: Path) -> None:
    app = real_app(tmp_path, reciter({"This attempt fails": [RIGHT], "": [WRONG]}))
    async with app.run_test(size=(160, 48)) as pilot:
        await begin(pilot, app)
        await ended(pilot, app)
        session = app.desk.run.session
        await pilot.press("2", "r")
        await until(pilot, lambda: (entry := app.desk.run.candidate("B")) and entry.repairs, 60)
        await ended(pilot, app)
        assert app.desk.run.chosen is not None and app.desk.run.chosen.candidate == "B"
        assert "B is chosen" in screen_text(app)
        await pilot.press("m")
        await until(pilot, lambda: len(app.desk.run.candidates) == 6, 60)
        await ended(pilot, app)
        assert app.desk.run.session == session
        steps = [each.why for each in app.desk.run.rungs if isinstance(each, NextStep)]
        assert "you asked for the repair of B" in steps and "you asked for more candidates" in steps
        await pilot.press("1", "space")
        await until(pilot, lambda: app.desk.run.preferred and "◆ preferred" in screen_text(app))
        await pilot.press("ctrl+q")
    store = Store(paths.database())
    events = store.events(session)
    store.close()
    assert [event.step for event in events if isinstance(event, GoneOn)] == ["repair", "more"]
    assert sum(isinstance(event, RunEnded) for event in events) == 3
    assert isinstance(events[-1], Preferred) and events[-1].over == "B"


@pytest.mark.slow
async def test_one_is_stopped_while_it_is_written(tmp_path: Path) -> None:
    replies = {"Follow this plan": [SLOW], "": [RIGHT]}
    app = real_app(tmp_path, reciter(replies), code_tokens=16_000)
    async with app.run_test(size=(160, 48)) as pilot:
        await begin(pilot, app)
        await until(pilot, lambda: (entry := app.desk.run.candidate("C")) and entry.attempts, 60)
        await pilot.press("3", "x")
        await until(pilot, lambda: "■ stopped" in screen_text(app), 30)
        await ended(pilot, app)
        assert app.desk.run.chosen is not None and app.desk.run.chosen.candidate != "C"
        assert "C" not in app.desk.run.usable() and set(app.desk.run.usable()) == {"A", "B"}
        await pilot.press("ctrl+q")
