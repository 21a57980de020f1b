"""The sessions: found, reopened as they were, replayed, run again, exported, deleted, offered."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from atlas_tui.events import Applied, BaseRead, RunStarted, from_json
from atlas_tui.problem import Sample
from atlas_tui.ui.actions import PROBLEM, REVIEW, RUN, SESSIONS
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.screens.ask import Ask, Choose
from atlas_tui.ui.screens.export import ExportTo
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, settled, started, toasts, until
from tests.ui.reviews import among_sessions, keep, marked, sessions_of_all_kinds, to_sessions

pytestmark = pytest.mark.slow


def _shows(app: AtlasApp, words: str) -> bool:
    return words in screen_text(app)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36), (160, 48)])
async def test_the_list_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    app, runtime = fake_app(tmp_path)
    sessions_of_all_kinds(runtime)
    async with app.run_test(size=size) as pilot:
        await started(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: "Shortest path" in screen_text(app))
        text = screen_text(app)
        assert text.count("✓ done") == 2 and "◌ cut off" in text
        assert ("at a glance" in text) == (size[0] >= 100)
        assert all(len(line) <= size[0] for line in text.splitlines())


async def test_words_and_filters_narrow_the_list(tmp_path: Path) -> None:
    async with among_sessions(tmp_path) as (pilot, app, _):
        await pilot.press("slash", *"shortest")
        await until(pilot, lambda: "1 session" in screen_text(app) and "Longest" not in screen_text(app))
        assert app.desk.archive.at == "2other"
        await pilot.press("escape")
        await until(pilot, lambda: "3 sessions" in screen_text(app))
        for shown in ("[done]", "[not verified]", "[stopped]", "[cut off]"):
            await pilot.press("f")
            await until(pilot, partial(_shows, app, shown))
        assert "1 session" in screen_text(app) and app.desk.archive.at == "3cut"
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: "No session matches." in screen_text(app))
        assert app.desk.archive.at == ""
        await pilot.press("escape", "enter", "e", "x")
        assert not isinstance(app.screen, ExportTo | Ask)


async def test_a_session_is_seen_as_it_was_and_its_change_can_be_written(tmp_path: Path) -> None:
    async with among_sessions(tmp_path, text="", target=None) as (pilot, app, runtime):
        marked(app, "1done")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == RUN and "B is chosen" in screen_text(app))
        assert app.desk.run.session == "1done" and not app.desk.run.running
        assert "◁ as it was, " in screen_text(app)
        await pilot.press("f4")
        await until(pilot, lambda: "why  ◁ as it was, " in screen_text(app))
        await pilot.press("f5")
        await until(
            pilot, lambda: app.current_mode == REVIEW and "+ def longest(nums, k):" in screen_text(app)
        )
        await pilot.press("a")
        await until(pilot, lambda: (tmp_path / "solution.py").exists())
        await until(pilot, lambda: isinstance(runtime.store.events("1done")[-1], Applied))


async def test_a_session_of_another_folder_writes_nothing_here(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path)
    events = story.whole()
    base = BaseRead(
        path="solution.py", exists=False, sha256="", mode=0o644, eol="\n", encoding="utf-8",
        final_newline=True, commit="", dirty=(), root="/somewhere/else",
    )  # fmt: skip
    keep(runtime.store, "1", [*events[:2], base, *events[2:]])
    async with app.run_test(size=(120, 36)) as pilot:
        await to_sessions(pilot, app, 1)
        await pilot.press("enter")
        await until(pilot, lambda: any("/somewhere/else" in each for each in toasts(app)))
        assert app.desk.target == ""


async def test_a_cut_off_session_has_an_end_and_says_why(tmp_path: Path) -> None:
    async with among_sessions(tmp_path) as (pilot, app, runtime):
        marked(app, "3cut")
        await pilot.press("enter")
        await until(pilot, lambda: "This run was cut off" in screen_text(app))
        assert not app.desk.run.running and len(runtime.store.events("3cut")) == 60
        # It can go on from what is there.
        assert app.desk.now(RUN).goes_on and "m More" in screen_text(app)


async def test_a_replay_goes_on_by_itself_and_ends_at_once_when_asked(tmp_path: Path) -> None:
    async with among_sessions(tmp_path) as (pilot, app, runtime):
        marked(app, "1done")
        await pilot.press("p")
        await until(pilot, lambda: app.current_mode == RUN and app.desk.run.stages)
        assert app.desk.run.ended is None and "f Faster" in screen_text(app)
        # The times that are shown are those of the run, not of today.
        assert 0 <= app.desk.run.elapsed(app.desk.clock()) < 60
        await pilot.press("f")
        assert app.desk.archive.player is not None and app.desk.archive.player.speed == 4
        await until(pilot, lambda: "▷ replay ×4" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.desk.archive.player is None)
        await until(pilot, lambda: "B is chosen" in screen_text(app))
        assert app.desk.run.session == "1done" and runtime.runs == 0


async def test_another_session_takes_the_place_of_a_replay(tmp_path: Path) -> None:
    async with among_sessions(tmp_path) as (pilot, app, _):
        marked(app, "1done")
        await pilot.press("p")
        await until(pilot, lambda: app.desk.run.stages)
        await pilot.press("f6")
        marked(app, "2other")
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.run.session == "2other" and app.desk.run.ended)
        await pilot.pause(0.3)
        assert app.desk.run.session == "2other" and app.desk.archive.player is None


async def test_a_run_is_not_disturbed(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    sessions_of_all_kinds(runtime)
    runtime.stop_after = 40
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.running)
        await pilot.press("f6")
        await until(pilot, lambda: "3 sessions" in screen_text(app))
        for key in ("enter", "p", "r"):
            await pilot.press(key)
        await settled(pilot)
        assert app.current_mode == SESSIONS and app.desk.run.session == "s-1" and runtime.runs == 1
        await pilot.press("f3", "escape")
        await until(pilot, lambda: app.desk.run.ended)


async def test_run_again(tmp_path: Path) -> None:
    async with among_sessions(tmp_path, story.whole(), text="", target=None) as (pilot, app, runtime):
        marked(app, "1done")
        await pilot.press("r")
        await until(pilot, lambda: runtime.runs == 1 and app.desk.run.ended)
        assert app.current_mode == RUN and app.desk.target == "solution.py"
        await pilot.press("f2")
        await until(
            pilot, lambda: "Longest quiet stretch" in screen_text(app) and app.current_mode == PROBLEM
        )


async def test_run_again_keeps_samples_that_were_changed_by_hand(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole(), text="", target=None)
    own = Sample(given="[[7], 7]", expected="1")
    changed = replace(story.PROBLEM, samples=(*story.PROBLEM.samples[:2], own))
    keep(runtime.store, "1own", story.whole(changed))
    keep(runtime.store, "2none", story.whole(replace(story.PROBLEM, samples=())))
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        for session, samples in (("1own", changed.samples), ("2none", ())):
            runtime.runs = 0
            await pilot.press("f6")
            await until(pilot, partial(_shows, app, "2 sessions"))
            marked(app, session)
            await pilot.press("r")
            await until(pilot, lambda: runtime.runs == 1 and app.desk.run.ended)
            assert app.desk.problem is not None and app.desk.problem.samples == samples
            # Reading the text once more, after a pause in typing, does not bring its own ones back.
            await pilot.press("f2")
            await pilot.pause(0.5)
            assert app.desk.problem.samples == samples


async def test_deleting_asks_and_keeps_the_place(tmp_path: Path) -> None:
    async with among_sessions(tmp_path) as (pilot, app, runtime):
        marked(app, "2other")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "Shortest path" in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        assert len(runtime.store.sessions()) == 3
        await pilot.press("x", "y")
        await until(pilot, lambda: "2 sessions" in screen_text(app))
        kept = {each.id for each in runtime.store.sessions()}
        assert kept == {"1done", "3cut"} and app.desk.archive.at in kept


@pytest.mark.parametrize("button", ["as-md", "as-jsonl", "as-svg"])
async def test_export(tmp_path: Path, button: str) -> None:
    out = tmp_path / f"atlas-1done.{button.removeprefix('as-')}"
    async with among_sessions(tmp_path) as (pilot, app, _):
        marked(app, "1done")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        await pilot.click(f"#{button}")
        await until(pilot, lambda: out.name in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: any("Written" in each for each in toasts(app)), 60)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ExportTo))
        await pilot.click(f"#{button}")
        await pilot.press("enter")
        await until(pilot, lambda: "exists already" in screen_text(app))
    text = out.read_text("utf-8")
    if button == "as-jsonl":
        assert [from_json(line).kind for line in text.splitlines()] == [each.kind for each in story.whole()]  # type: ignore[attr-defined]
    elif button == "as-svg":
        assert ET.fromstring(text).tag.endswith("svg") and "longest" in text
    else:
        assert "## Choice: B" in text


def killed(folder: Path) -> None:
    """As if an app had been killed in a run in that folder."""
    _, runtime = fake_app(folder)
    keep(runtime.store, "s-1", story.whole()[:60])
    runtime.store.close()


async def test_a_cut_off_run_is_offered_once_and_can_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    killed(tmp_path)
    app, _ = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Choose))
        assert "Longest quiet stretch" in screen_text(app)
        await pilot.click("#see")
        await until(pilot, lambda: app.current_mode == RUN and "This run was cut off" in screen_text(app))
    app, _ = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await settled(pilot)
        assert not isinstance(app.screen, Choose)


async def test_a_cut_off_run_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    killed(tmp_path)
    app, runtime = fake_app(tmp_path, story.whole(), text="", target=None)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.click("#again")
        await until(pilot, lambda: runtime.runs == 1 and app.desk.run.ended)


async def test_who_brings_a_problem_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    killed(tmp_path)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await settled(pilot)
        assert not isinstance(app.screen, Choose)


async def test_hostile_words_are_harmless(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path)
    bad = replace(
        story.PROBLEM, statement="[/] [red]x[/red] \x1b]52;c;aGk=\x07 \u202e [@click=app.quit]go[/]"
    )
    keep(
        runtime.store,
        "[/b]",
        [replace(e, model="[/]\x1b[2J") if isinstance(e, RunStarted) else e for e in story.whole(bad)],
    )
    async with app.run_test(size=(160, 48)) as pilot:
        await started(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: "[red]x[/red]" in screen_text(app))
        assert "\x1b" not in screen_text(app) and "\u202e" not in screen_text(app)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: "No session yet" in screen_text(app))
