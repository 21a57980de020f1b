"""Kind, name and limits as a person wants them: asked for, shown, run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from atlas_tui.errors import InputError
from atlas_tui.events import RunFinished
from atlas_tui.facts import Facts, Verdict
from atlas_tui.problem import Limits, Mode, wall_seconds
from atlas_tui.settings import SandboxSettings
from atlas_tui.ui.drafts import Draft, Drafts
from atlas_tui.ui.recent import draft_of
from atlas_tui.ui.run_how import CPU_SECONDS, MEMORY_MB, How, made
from atlas_tui.ui.screens.problem import ProblemScreen
from atlas_tui.ui.screens.run_how import RunHow
from atlas_tui.ui.widgets.evidence import proof
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, until

READ = story.PROBLEM


@pytest.mark.parametrize(("name", "seconds", "memory", "why"), [
    ("two words", "", "", "no name in Python"), ("class", "", "", "no name in Python"),
    ("f", "0", "", "0.1 to 600"), ("f", "fast", "", "0.1 to 600"), ("f", "nan", "", "0.1 to 600"),
    ("f", "", "31", "32 to 65,536"), ("f", "", "1e9", "32 to 65,536"),
])  # fmt: skip
def test_what_cannot_be_is_told(name: str, seconds: str, memory: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        made(Mode.FUNCTION, name, seconds, memory)


def test_what_can_be_asked_for_is_what_the_settings_take() -> None:
    for seconds, memory in zip(CPU_SECONDS, MEMORY_MB, strict=True):
        assert SandboxSettings(cpu_seconds=seconds, memory_mb=memory).memory_mb == memory


def test_only_what_differs_is_said_by_hand() -> None:
    limits, name = READ.limits, READ.entry_point
    same = made(Mode.FUNCTION, name, f"{limits.cpu_seconds:g}", f"{limits.memory_bytes >> 20}")
    assert same.but(READ) == made(Mode.FUNCTION, "", "", "").but(READ) == How()
    assert made(Mode.PROGRAM, name, "", "").but(READ) == How(mode=Mode.PROGRAM)
    assert made(Mode.FUNCTION, "other", "9", "64").but(READ) == How(
        entry_point="other", cpu_seconds=9.0, memory_mb=64
    )
    assert How().apply(READ) == READ


def test_more_seconds_are_more_time_on_the_clock_too() -> None:
    wanted = How(cpu_seconds=30.0, memory_mb=64).limits(Limits())
    assert (wanted.cpu_seconds, wanted.wall_seconds) == (30.0, wall_seconds(30.0))
    assert wanted.memory_bytes == 64 << 20 and wanted.output_bytes == Limits().output_bytes


async def test_what_is_asked_for_is_shown_and_runs(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(120, 40)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, RunHow))
        fields = {id: app.screen.query_one(f"#{id}", Input) for id in ("name", "seconds", "memory")}
        assert fields["name"].value == "longest" and not fields["name"].disabled
        fields["memory"].value = "8"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "32 to 65,536" in screen_text(app))
        fields["name"].value, fields["seconds"].value, fields["memory"].value = "widest", "9", "64"
        await pilot.press("enter")
        await until(pilot, lambda: "9.0 s, 64 MB, changed by hand" in " ".join(screen_text(app).split()))
        assert "def widest(" in " ".join(screen_text(app).split())
        await pilot.press("ctrl+r")
        await until(pilot, lambda: runtime.ran)
    (ran,) = runtime.ran
    assert (ran.entry_point, ran.limits.cpu_seconds, ran.limits.memory_bytes) == ("widest", 9.0, 64 << 20)
    assert ran.samples == READ.samples


async def test_another_kind_leaves_the_name_alone_and_esc_changes_nothing(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot)
        before = app.desk.problem
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, RunHow))
        await pilot.press("up")
        await until(pilot, lambda: app.screen.query_one("#name", Input).disabled)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemScreen))
        assert app.desk.problem == before
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, RunHow))
        await pilot.press("up", "enter")
        await until(pilot, lambda: app.desk.problem and app.desk.problem.mode is Mode.PROGRAM)
        assert "program" in screen_text(app) and "changed by hand" in screen_text(app)
        assert isinstance(app.screen, ProblemScreen)
        app.screen.load(READ.statement + "\n", "")
        await until(pilot, lambda: app.desk.problem and app.desk.problem.mode is Mode.FUNCTION)


def test_a_run_that_met_a_limit_says_what_was_allowed() -> None:
    problem = How(cpu_seconds=9.0, memory_mb=64).apply(READ)
    ran = RunFinished(candidate="A", round=0, check="sample 1", verdict=Verdict.TLE, facts=Facts(limit="cpu"))
    assert "allowed  9.0 s, 64 MB" in proof(ran, problem).plain
    assert "allowed" not in proof(replace(ran, facts=Facts()), problem).plain


def test_a_draft_keeps_it(tmp_path: Path) -> None:
    how = How(mode=Mode.FUNCTION, entry_point="f", cpu_seconds=9.0)
    Drafts(tmp_path).keep(Draft(text="words", how=how))
    (left,) = Drafts(tmp_path).left()
    assert left.how == how


async def test_an_earlier_run_comes_back_as_the_kind_it_was(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        assert isinstance(app.screen, ProblemScreen)
        app.screen.bring(draft_of(replace(READ, entry_point="widest")))
        await until(pilot, lambda: app.desk.problem and app.desk.problem.entry_point == "widest")
        app.screen.bring(draft_of(READ))
        await until(pilot, lambda: app.desk.problem and app.desk.problem.entry_point == "longest")
        assert app.desk.prompt.how == How()
