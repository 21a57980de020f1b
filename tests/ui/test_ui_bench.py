"""The bench screen: runs found and watched, problems browsed and opened, runs begun and stopped."""

from __future__ import annotations

import fcntl
import json
import os
from functools import partial
from pathlib import Path

import pytest
from textual.content import Content

from atlas_tui.ui.actions import BENCH, WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.benching import Opened, Shown
from atlas_tui.ui.screens import bench_words
from atlas_tui.ui.screens.ask_value import AskValue
from atlas_tui.ui.screens.begin_bench import BeginBench
from tests.bench.studies import record, written
from tests.ui.benches import CONDITIONS, TASKS, a_run, kept
from tests.ui.fake import fake_app, screen_text, started, toasts, until


async def on_bench(pilot, app: AtlasApp) -> None:
    await started(pilot)
    await pilot.press("f9")
    await until(pilot, lambda: app.current_mode == BENCH)


def shows(app: AtlasApp, *words: str) -> bool:
    text = screen_text(app)
    return all(word in text for word in words)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)])
async def test_a_run_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    kept(tmp_path / "atlas-bench" / "shelf-run")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "shelf-run", "first/1"))
        if size[1] >= 24:
            assert shows(app, "3/3", "● done", "66.7 %")


async def test_without_a_run_it_says_how_to_begin_one(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "No run here yet"))


async def test_any_problem_opens_on_the_why_screen_under_the_marked_condition(tmp_path: Path) -> None:
    kept(tmp_path / "atlas-bench" / "shelf-run")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "second/2"))
        await pilot.press("enter", "down", "right")
        await until(pilot, lambda: shows(app, "second/2 · B", "2 of 2 programs right"))
        await pilot.press("left")
        await until(pilot, lambda: shows(app, "second/2 · A", "wrong answer"))
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == WHY and shows(app, "wins by samples"))
        assert app.desk.run.session == "", "nothing more can be asked of a run of the bench"


async def test_filters_say_where_conditions_differ(tmp_path: Path) -> None:
    kept(tmp_path / "atlas-bench" / "shelf-run")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "3 problems"))
        expected = {
            Shown.WRONG: ["second/2", "third/3"],
            Shown.DIFFERS: ["second/2"],
            Shown.FAILED: ["third/3"],
            Shown.ALL: list(TASKS),
        }
        for shown, tasks in expected.items():
            await pilot.press("f")
            await until(pilot, partial(shows, app, f"[{shown.value}]"))
            assert app.desk.bench.tasks() == tasks
        await pilot.click("#shown", offset=(8, 0))
        await until(pilot, lambda: app.desk.bench.shown is Shown.WRONG)


async def test_a_run_that_another_process_writes_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "atlas-bench" / "shelf-run"
    folder = a_run(path, done=1)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "▸ at work: 3 of 9"))
        for one in CONDITIONS:
            folder.write(record("second/2", one.name, written("A", True, chosen=True)), [])
        await until(pilot, lambda: shows(app, "at work: 6 of 9"))
        folder.close()
        await until(pilot, lambda: shows(app, "◌ stopped"))


async def test_a_look_that_finds_nothing_new_draws_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_run(tmp_path / "atlas-bench" / "shelf-run", done=1)
    drawn: list[str] = []
    task_line = bench_words.task_line

    def seen(opened: Opened, task: str, *more: int) -> Content:
        drawn.append(task)
        return task_line(opened, task, *more)

    monkeypatch.setattr(bench_words, "task_line", seen)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "▸ at work: 3 of 9", "third/3"))
        await app.desk.bench.look()
        before = app.desk.version
        await app.desk.bench.look()
        assert app.desk.version == before, "nothing was written meanwhile"
        drawn.clear()
        await pilot.press("enter", "down")
        await until(pilot, lambda: shows(app, "second/2 · A"))
        assert not drawn, "a mark that moves lays out no problem anew"
        folder.write(record("second/2", "A", written("A", True, chosen=True)), [])
        await until(pilot, lambda: shows(app, "at work: 4 of 9"))
        assert app.desk.version > before and set(drawn) == set(TASKS)
        folder.close()


async def test_looking_never_keeps_a_run_from_beginning(tmp_path: Path) -> None:
    path = kept(tmp_path / "atlas-bench" / "shelf-run")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "● done"))
        lock = os.open(path / "lock", os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(lock)


async def test_a_run_elsewhere_is_opened_by_its_folder(tmp_path: Path) -> None:
    path = kept(tmp_path / "elsewhere")
    (tmp_path / "here").mkdir()
    app, _ = fake_app(tmp_path / "here")
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one("#value").value = str(tmp_path / "nothing")
        await pilot.press("enter")
        await until(pilot, lambda: any("holds no run" in text for text in toasts(app)))
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one("#value").value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "elsewhere", "3/3"))


@pytest.mark.parametrize(("name", "begins"), [("r.md", "# shelf"), ("r.html", "<!doctype"), ("r.json", "{")])
async def test_a_report_is_written_as_its_name_says(tmp_path: Path, name: str, begins: str) -> None:
    kept(tmp_path / "atlas-bench" / "shelf-run")
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await until(pilot, lambda: shows(app, "● done"))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one("#value").value = name
        await pilot.press("enter")
        await until(pilot, lambda: any("Written" in text for text in toasts(app)))
        assert (tmp_path / name).read_text().startswith(begins)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, AskValue))
        app.screen.query_one("#value").value = name
        await pilot.press("enter")
        await until(pilot, lambda: any("exists already" in text for text in toasts(app)))


async def asked_what(pilot, app: AtlasApp) -> None:
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, BeginBench))


def own_set(path: Path, problems: int = 2) -> None:
    rows = [
        {
            "id": f"own/{number}",
            "statement": f"Print the number read plus {number}.\n\nInput\n\n1\n\nOutput\n\n{1 + number}\n",
            "tests": [{"stdin": "5\n", "stdout": f"{5 + number}\n"}],
        }
        for number in range(problems)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.slow
async def test_a_run_is_begun_with_the_bundled_model_and_shown_as_it_goes(tmp_path: Path) -> None:
    own_set(tmp_path / "own.jsonl")
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await asked_what(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "name the problems"))
        app.screen.query_one("#problems").value = "own.jsonl"
        app.screen.query_one("#conditions").value = "A"
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.bench.begun is not None)
        assert runtime.model_state == "off", "the model of the window is given back"
        await until(pilot, lambda: shows(app, "● own ", "● done", "2/2", "A again"), 60)
        await until(pilot, lambda: app.desk.bench.begun is None)
        assert any("has ended" in text for text in toasts(app))


@pytest.mark.slow
async def test_a_run_is_stopped_and_its_reason_is_told_where_it_cannot_begin(tmp_path: Path) -> None:
    own_set(tmp_path / "own.jsonl", problems=40)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await asked_what(pilot, app)
        app.screen.query_one("#problems").value = "nothing.jsonl"
        await pilot.press("enter")
        await until(pilot, lambda: any("The run ended" in text for text in toasts(app)), 30)
        await asked_what(pilot, app)
        app.screen.query_one("#problems").value = "own.jsonl"
        app.screen.query_one("#out").value = "atlas-bench/mine"
        await pilot.press("enter")
        await until(pilot, lambda: shows(app, "▸ at work", "mine"), 60)
        await pilot.press("x")
        await until(pilot, lambda: app.desk.bench.begun is None and shows(app, "◌ stopped"), 60)


@pytest.mark.slow
async def test_what_was_begun_ends_with_the_app(tmp_path: Path) -> None:
    own_set(tmp_path / "own.jsonl", problems=40)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await on_bench(pilot, app)
        await asked_what(pilot, app)
        app.screen.query_one("#problems").value = "own.jsonl"
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.bench.begun is not None)
        begun = app.desk.bench.begun
        assert begun is not None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: begun.process.returncode is not None, 60)
