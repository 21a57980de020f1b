"""Models, settings and checks on the machine screen, and the first start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from atlas_tui import paths, settings
from atlas_tui.cli.open import _first_start
from atlas_tui.engine.catalog import Source
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.problem import Limits
from atlas_tui.settings import Settings
from atlas_tui.ui.actions import MACHINE, PROBLEM
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.machine import Job, Tab
from atlas_tui.ui.screens import machine_words
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.ask_value import AskValue
from atlas_tui.ui.screens.choose_theme import ChooseTheme
from atlas_tui.ui.screens.machine import MachineScreen
from atlas_tui.ui.screens.welcome import Welcome
from tests.engine.hub_server import Cut, FakeHub, in_place_of_the_hub
from tests.ui.fake import fake_app, screen_text, settled, started, toasts, until

pytestmark = pytest.mark.slow

ONE = Source("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf")
OTHER = Source("maker/Tiny-GGUF", "tiny-Q8_0.gguf")
SIZE = (120, 36)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tiny_gguf: Path) -> Iterator[FakeHub]:
    with in_place_of_the_hub(monkeypatch) as server:
        for one in (ONE, OTHER):
            server.put(one.repo, one.file, tiny_gguf.read_bytes())
        yield server


def words(app: AtlasApp) -> str:
    return " ".join(screen_text(app).split())


async def open_machine(pilot: Pilot[int], app: AtlasApp, tab: Tab = Tab.MODELS) -> None:
    await started(pilot)
    await pilot.press("f7")
    await until(pilot, lambda: app.current_mode == MACHINE and app.desk.machine.models)
    if tab is not Tab.MODELS:
        await pilot.press({Tab.SETTINGS: "2", Tab.DOCTOR: "3"}[tab])
        await until(pilot, lambda: app.screen.query_one("#rows").border_title == tab)


async def select(pilot: Pilot[int], app: AtlasApp, name: str) -> None:
    """Move to the row of that model or setting."""
    machine = app.desk.machine
    if machine.tab is Tab.MODELS:
        at = [each.row.name for each in machine.models].index(name)
    else:
        at = [each.name for each in machine.setting_rows()].index(name)
    for _ in range(200):
        if machine.at[machine.tab] == at:
            break
        await pilot.press("down")
    assert machine.at[machine.tab] == at
    await settled(pilot)


async def test_a_model_is_fetched_used_and_verified(tmp_path: Path, hub: FakeHub) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        assert "▸ ● bundled" in words(app) and "○ qwen3-14b not here, ~8.6 GB" in words(app)
        await select(pilot, app, "qwen3-0.6b")
        assert "A guess by its name" in words(app) and "p Fetch" in words(app) and "u Use" not in words(app)
        await pilot.press("p")
        await until(pilot, lambda: "checksum right" in " ".join(toasts(app)) and "● qwen3-0.6b" in words(app))
        assert "p Fetch" not in words(app) and "KV cache" in words(app)
        await pilot.press("enter")
        await until(pilot, lambda: runtime.settings.model.path == "qwen3-0.6b" and "▸ ● qwen3" in words(app))
        assert settings.load().model.path == "qwen3-0.6b" and app.settings == runtime.settings
        await pilot.press("v")
        await until(pilot, lambda: "checksum is right" in " ".join(toasts(app)))
        ONE.path.write_bytes(b"x" * ONE.path.stat().st_size)
        await pilot.press("v")
        await until(pilot, lambda: "fetch it again" in " ".join(toasts(app)))


async def test_a_pull_is_paused_and_goes_on(tmp_path: Path, hub: FakeHub) -> None:
    hold = threading.Event()
    hub.cuts = [Cut(500, hold=hold)]
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        await select(pilot, app, "qwen3-0.6b")
        await pilot.press("p")
        await until(pilot, lambda: app.desk.machine.job and "fetching qwen3-0.6b" in words(app))
        assert "x Pause" in words(app) and "p Fetch" not in words(app)
        await pilot.press("x")
        hold.set()
        await until(pilot, lambda: "is paused" in " ".join(toasts(app)) and "◐ qwen3-0.6b" in words(app))
        await pilot.press("p")
        await until(pilot, lambda: "checksum right" in " ".join(toasts(app)) and "● qwen3-0.6b" in words(app))


async def test_leaving_does_not_wait_for_a_silent_server(tmp_path: Path, hub: FakeHub) -> None:
    hold = threading.Event()
    hub.cuts = [Cut(500, hold=hold)]
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        await select(pilot, app, "qwen3-0.6b")
        await pilot.press("p")
        await until(pilot, lambda: app.desk.machine.job)
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert runtime.closed
    hold.set()


async def test_a_model_is_removed_after_a_question_but_not_the_one_in_use(
    tmp_path: Path, hub: FakeHub
) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        await select(pilot, app, "bundled")
        assert "d Remove" not in words(app)
        await select(pilot, app, "qwen3-0.6b")
        await pilot.press("p")
        await until(pilot, lambda: "● qwen3-0.6b" in words(app) and "d Remove" in words(app))
        await pilot.press("d")
        await until(pilot, lambda: "Delete qwen3-0.6b from the disk? That frees" in words(app))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        assert ONE.path.is_file()
        await pilot.press("u")
        await until(pilot, lambda: runtime.settings.model.path == "qwen3-0.6b" and "▸ ● qwen3" in words(app))
        assert "d Remove" not in words(app)
        with pytest.raises(Refused, match="in use"):
            await app.desk.machine.remove("qwen3-0.6b")
        await select(pilot, app, "bundled")
        await pilot.press("u")
        await until(pilot, lambda: "▸ ● bundled" in words(app))
        await select(pilot, app, "qwen3-0.6b")
        await pilot.press("delete", "y")
        await until(pilot, lambda: not ONE.path.exists() and "○ qwen3-0.6b" in words(app))
        assert "are free again" in " ".join(toasts(app)) and "d Remove" not in words(app)


async def test_any_file_of_the_hub_can_be_named(tmp_path: Path, hub: FakeHub) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        await pilot.press("enter")
        await until(pilot, lambda: "This is no file of the hub" in words(app))
        app.screen.query_one(Input).value = OTHER.spec
        await pilot.press("enter")
        await until(pilot, lambda: OTHER.path.is_file() and "● tiny-Q8_0.gguf" in words(app))


async def test_a_model_that_does_not_load_is_told_and_not_written(tmp_path: Path, hub: FakeHub) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        await select(pilot, app, "qwen3-0.6b")
        await pilot.press("p")
        await until(pilot, lambda: "● qwen3-0.6b" in words(app))
        runtime.load_error = AtlasError("The model cannot be loaded", "no memory", "choose another")
        await pilot.press("u")
        await until(pilot, lambda: "no memory" in " ".join(toasts(app)))
        assert not paths.config_file().exists()


async def test_a_setting_is_changed_at_once_and_in_the_file(tmp_path: Path) -> None:
    paths.config_file().parent.mkdir(parents=True)
    paths.config_file().write_text("# mine\n[solver]\nseed = 3 # why\n")
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.SETTINGS)
        await select(pilot, app, "solver.seed")
        assert (
            "Seed of every draw" in words(app) and "• seed" in words(app) and "set by the file" in words(app)
        )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one(Input).value = "-4"
        await pilot.press("enter")
        await until(pilot, lambda: "solver.seed cannot be -4" in words(app))
        app.screen.query_one(Input).value = "12"
        await pilot.press("enter")
        await until(pilot, lambda: runtime.settings.solver.seed == 12 and "now 12" in words(app))
        assert paths.config_file().read_text() == "# mine\n[solver]\nseed = 12 # why\n"
        assert isinstance(app.screen, MachineScreen)
        app.screen._settings_changed()
        selected = app.screen._selected_setting()
        assert selected is not None and selected.value == 12, "a key may come before the next frame"
        await pilot.press("r")
        await until(pilot, lambda: runtime.settings.solver.seed == 0 and "set by default" in words(app))
        assert "seed" not in paths.config_file().read_text() and app.settings.solver.seed == 0


async def test_a_setting_with_choices_is_chosen(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.SETTINGS)
        await select(pilot, app, "solver.agreement")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        assert app.screen.query_one(OptionList).option_count == 2
        await pilot.press("down", "enter")
        await until(pilot, lambda: runtime.settings.solver.agreement is False)
        assert settings.load().solver.agreement is False


async def test_the_tabs_have_keys_and_are_looked_at_again(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    machine = app.desk.machine
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app)
        for key, tab in (("2", Tab.SETTINGS), ("3", Tab.DOCTOR), ("1", Tab.MODELS)):
            await pilot.press(key)
            await until(pilot, lambda wanted=tab: app.screen.query_one("#rows").border_title == wanted)  # type: ignore[misc]
        await pilot.press("3")
        await until(pilot, lambda: machine.checks and not machine.looking)
        for key, shown in (("3", "checks"), ("1", "models")):
            await pilot.press(key)
            setattr(machine, shown, ())
            await pilot.press("c")
            await until(pilot, lambda name=shown: getattr(machine, name) and not machine.looking)  # type: ignore[misc]


async def test_the_theme_is_chosen_from_those_there_are(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.SETTINGS)
        await select(pilot, app, "ui.theme")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ChooseTheme))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "now atlas-light" in words(app))
        assert settings.load().ui.theme == app.theme == "atlas-light"


async def test_what_the_environment_says_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_TUI_SOLVER__SEED", "3")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.SETTINGS)
        await select(pilot, app, "solver.seed")
        assert "ATLAS_TUI_SOLVER__SEED in the environment" in words(app)
        await pilot.press("r")
        await until(pilot, lambda: "change it there" in " ".join(toasts(app)))
        assert app.settings.solver.seed == 3 and not paths.config_file().exists()


async def test_a_new_limit_reaches_the_problem_that_is_open(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.SETTINGS)
        before = app.desk.problem
        assert before is not None
        runtime.problem = replace(before, statement="read again", limits=Limits(memory_bytes=100 << 20))
        await select(pilot, app, "sandbox.memory_mb")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one(Input).value = "100"
        await pilot.press("enter")
        await until(pilot, lambda: runtime.settings.sandbox.memory_mb == 100)
        await until(pilot, lambda: app.desk.problem == replace(before, limits=runtime.problem.limits))


async def test_the_doctor_says_what_to_do(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await open_machine(pilot, app, Tab.DOCTOR)
        await until(pilot, lambda: app.desk.machine.checks)
        names = [check.name for check in app.desk.machine.checks]
        assert {"model", "llama.cpp", "isolation", "working tree", "sessions"} <= set(names)
        assert "✓ nothing to do" in words(app) and "c Check again" in words(app)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (160, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_can_be_used_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await open_machine(pilot, app)
        assert "bundled" in words(app) and "Atlas Tiny" in words(app)
        await pilot.press("2")
        await until(pilot, lambda: "gpu_layers" in words(app))
        await pilot.press("3")
        await until(pilot, lambda: "version" in words(app))


def test_a_job_tells_how_far_it_is() -> None:
    job = Job("qwen3-4b", "fetching")
    assert machine_words.job(job, 116).plain == "fetching qwen3-4b  asking the hub…"
    job.done, job.total, job.rate = 1_200_000_000, 2_400_000_000, 12e6
    text = machine_words.job(job, 116).plain
    assert "50%  1.2 GB of 2.4 GB  1 min 40 s left  12.0 MB/s" in text and "█" * 10 + "░" * 10 in text
    narrow = machine_words.job(job, 76).plain
    assert narrow.endswith("1.2 GB of 2.4 GB") or narrow.endswith("left")
    assert len(narrow) <= 76


async def test_the_first_start_looks_at_the_machine_and_starts_with_one_key(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, text="", first=True)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Welcome) and "✓ machine" in words(app))
        await until(pilot, lambda: runtime.model_state == "ready")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == PROBLEM and not isinstance(app.screen, Welcome))


async def test_the_first_start_fetches_and_uses_what_it_proposes(tmp_path: Path, hub: FakeHub) -> None:
    app, runtime = fake_app(tmp_path, text="", first=True)
    hub.put("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf", hub.files[ONE.repo][ONE.file])
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "suggested" in words(app))
        screen = app.screen
        assert isinstance(screen, Welcome) and screen._proposed is not None
        name = screen._proposed.name
        await pilot.press("p")
        await until(pilot, lambda: app.current_mode == MACHINE)
        if name == "qwen3-4b":
            await until(pilot, lambda: runtime.settings.model.path == name)
            assert settings.load().model.path == name


def test_a_first_start_is_one_without_settings_and_sessions(tmp_path: Path) -> None:
    assert _first_start(Settings())
    assert not _first_start(Settings(model={"path": "mine.gguf"}))  # type: ignore[arg-type]
    paths.database().parent.mkdir(parents=True)
    paths.database().touch()
    assert not _first_start(Settings())
