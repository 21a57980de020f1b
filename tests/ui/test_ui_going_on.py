"""Stopping one candidate, asking for more, repairing and preferring one: keys, words, states."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

from textual.pilot import Pilot

from atlas_tui.errors import Refused
from atlas_tui.events import (
    CandidateReady,
    CandidateStopped,
    Chosen,
    Event,
    GoneOn,
    Grade,
    NextStep,
    Outcome,
    Preferred,
    Reason,
    RepairTried,
    RunEnded,
    Stage,
    StageStarted,
    Verdict,
)
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.fold import fold
from atlas_tui.ui.going_on import goes_on, repairable, stoppable
from atlas_tui.ui.screens.run import RunScreen
from atlas_tui.ui.screens.why import WhyScreen
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.matrix import Matrix
from tests.ui import story
from tests.ui.fake import FakeRuntime, fake_app, screen_text, started, toasts, until
from tests.ui.test_ui_run import run_to_end, upto


def folded(events: list[Event], state: RunState | None = None) -> RunState:
    return reduce(fold, events, state or RunState())


def more() -> list[Event]:
    """Three more candidates, of which E passes all and is chosen."""
    clock = story.Clock(1_800_000_600.0)
    labels = ("D", "E", "F")
    events: list[Event] = [
        GoneOn(at=clock(), step="more", model="qwen3-4b-instruct", isolation="full", version="0.1"),
        NextStep(at=clock(), step="more", why="you asked for more candidates", candidates=labels),
        StageStarted(at=clock(), stage=Stage.GENERATE),
    ]
    events += [CandidateReady(at=clock(), candidate=each, round=0, code=story.CODES["B"]) for each in labels]
    for label in labels:
        verdict = Verdict.OK if label == "E" else Verdict.WA
        events += [story.judged(clock, label, number, verdict, "2") for number in (1, 2, 3)]
    reason = Reason(rule="samples", text="E passes 3 of 3 samples", decided=True)
    chosen = Chosen(
        at=clock(), candidate="E", code=story.CODES["B"], grade=Grade.SAMPLES_ONLY, passed=3, samples=3,
        reasons=(reason,),
    )  # fmt: skip
    return [*events, chosen, RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=21.5)]


MENDED = story.CODES["A"].replace("best = 1", "best = 0")


def mending() -> list[Event]:
    """A is repaired, and passes."""
    clock = story.Clock(1_800_000_600.0)
    return [
        GoneOn(at=clock(), step="repair", candidate="A", model="m", isolation="full", version="0.1"),
        NextStep(at=clock(), step="repair", why="you asked for the repair of A"),
        StageStarted(at=clock(), stage=Stage.REPAIR),
        CandidateReady(at=clock(), candidate="A", round=1, code=MENDED),
        *(story.judged(clock, "A", number, Verdict.OK, "2", round=1) for number in (1, 2, 3)),
        RepairTried(at=clock(), candidate="A", round=1, perspective="logic", kept=True, reason="3 of 3"),
        Chosen(
            at=clock(), candidate="A", round=1, code=MENDED,
            grade=Grade.SAMPLES_ONLY, passed=3, samples=3, reasons=(),
        ),
        RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=18.0),
    ]  # fmt: skip


# The fold


def test_a_run_that_goes_on_runs_again_and_its_time_adds_up() -> None:
    ended = folded(story.whole())
    assert goes_on(ended) and not ended.running and ended.elapsed(1e12) == 15.4
    again = folded(more()[:3], ended)
    assert again.running and not goes_on(again) and again.chosen is None
    assert again.elapsed(again.started + 2.0) == 15.4 + 2.0, "the time between does not count"
    assert [entry.label for entry in again.candidates] == ["A", "B", "C", "D", "E", "F"]
    over = folded(more(), ended)
    assert over.chosen is not None and over.chosen.candidate == "E" and over.elapsed(1e12) == 21.5
    assert len(over.runs()) == 18, "what was known stays"


def test_what_can_be_stopped() -> None:
    events = story.whole()
    writing = folded(events[: upto(CandidateReady, -1)])
    assert stoppable(writing) == ("A", "B", "C")
    one_less = fold(writing, CandidateStopped(candidate="B"))
    assert stoppable(one_less) == ("A", "C")
    assert stoppable(folded(events)) == () and stoppable(RunState()) == ()


def test_what_can_be_repaired() -> None:
    ended = folded(story.whole())
    assert repairable(ended) == ("A", "C"), "B passes all samples"
    assert repairable(folded(story.whole()[:-1])) == (), "the run is on"
    worn = [
        RepairTried(candidate="A", round=number, perspective=str(number), kept=False, reason="")
        for number in (1, 2, 3, 4)
    ]
    assert repairable(folded(list(worn), ended)) == ("C",), "from every side already"


def test_a_preference_can_be_taken_back_and_ends_with_new_evidence() -> None:
    preferred = fold(folded(story.whole()), Preferred(candidate="A", over="B"))
    assert preferred.preferred is not None and preferred.preferred.candidate == "A"
    assert preferred.chosen is not None and preferred.chosen.candidate == "B", "the method's choice stays"
    assert fold(preferred, Preferred(candidate="", over="B")).preferred is None
    assert folded(more(), preferred).preferred is None


# The keys


async def ended_app(pilot: Pilot[int], app: AtlasApp) -> None:
    await run_to_end(pilot, app)
    await until(pilot, lambda: not app._solving)


async def test_x_stops_the_candidate_in_front_alone(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.stop_after = upto(CandidateReady, -8)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.stages and "x Stop one" in screen_text(app))
        await pilot.press("2", "x")
        await until(pilot, lambda: runtime.stopped == ["B"])
        app.desk.take(CandidateStopped(candidate="B"))
        await until(pilot, lambda: "■ stopped" in screen_text(app))
        assert app.desk.run.running and screen_text(app).count("■ stopped") == 1
        await pilot.press("x")
        await until(pilot, lambda: "Nothing is being written for candidate B" in toasts(app))
        assert runtime.stopped == ["B"]
        await pilot.press("escape")
        await until(pilot, lambda: "x Stop one" not in screen_text(app))


async def test_m_asks_for_more_candidates(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.further = more()
    async with app.run_test(size=(160, 48)) as pilot:
        await ended_app(pilot, app)
        await pilot.press("m")
        await until(pilot, lambda: app.desk.run.chosen and app.desk.run.chosen.candidate == "E")
        assert runtime.went_on == [("s-1", "more", "")] and runtime.runs == 1
        await until(pilot, lambda: "E is chosen" in screen_text(app))
        assert "E ✓ chosen" in screen_text(app), "it is brought to the front"
        assert app.desk.label == "E"


async def test_r_repairs_the_candidate_in_front(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.further = mending()
    async with app.run_test(size=(160, 48)) as pilot:
        await ended_app(pilot, app)
        await pilot.press("r")
        await until(pilot, lambda: any("Candidate B cannot be repaired" in each for each in toasts(app)))
        assert not runtime.went_on
        await pilot.press("1", "r")
        await until(pilot, lambda: "A is chosen" in screen_text(app))
        assert runtime.went_on == [("s-1", "repair", "A")]
        await pilot.press("d")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "A")
        assert "best = 0" in screen_text(app)


async def test_a_repaired_program_is_reviewed_anew(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.further = mending()
    async with app.run_test(size=(160, 48)) as pilot:
        await ended_app(pilot, app)
        await pilot.press("d")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "B")
        await pilot.press("1")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "A")
        assert "best = 1" in screen_text(app)
        await pilot.press("f3", "1", "r")
        await until(pilot, lambda: app.desk.run.chosen and app.desk.run.chosen.candidate == "A")
        await pilot.press("f5")
        await until(pilot, lambda: "best = 0" in screen_text(app))


async def test_going_on_can_be_stopped(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.further = more()
    async with app.run_test(size=(120, 36)) as pilot:
        await ended_app(pilot, app)
        runtime.stop_after = 3
        await pilot.press("m")
        await until(pilot, lambda: app.desk.run.running and "Esc Stop" in screen_text(app))
        assert "m More" not in screen_text(app), "one thing at a time"
        await pilot.press("escape")
        await until(pilot, lambda: app.desk.run.cancelled and not app.desk.run.running)
        await until(pilot, lambda: "m More" in screen_text(app))


async def test_what_is_refused_is_told_and_the_run_stays(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.go_on_error = Refused("This run cannot go on", "its events were not stored", "run it again")
    async with app.run_test(size=(120, 36)) as pilot:
        await ended_app(pilot, app)
        before = app.desk.run
        await pilot.press("m")
        await until(pilot, lambda: any("This run cannot go on" in each for each in toasts(app)))
        assert app.desk.run == before and app.desk.run.ended is not None


async def test_space_prefers_one_and_takes_it_back(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(160, 48)) as pilot:
        await ended_app(pilot, app)
        await pilot.press("1", "space")
        await until(pilot, lambda: "A ◆ preferred" in screen_text(app) and "you prefer A" in screen_text(app))
        assert "You prefer candidate A" in toasts(app) and app.desk.label == "A"
        (said,) = recorded(runtime)
        assert (said.candidate, said.round, said.over, said.over_round) == ("A", 0, "B", 0)
        await pilot.press("d")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "A")
        await pilot.press("f3", "space")
        await until(pilot, lambda: "preferred" not in screen_text(app))
        assert recorded(runtime)[-1].candidate == "" and app.desk.label == "B"


def recorded(runtime: FakeRuntime) -> list[Preferred]:
    return [event for event in runtime.store.events("s-1") if isinstance(event, Preferred)]


async def test_nothing_is_offered_before_there_is_a_run(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("f3", "m", "r", "x", "space")
        await until(pilot, lambda: "No run yet" in screen_text(app))
        footer = screen_text(app).splitlines()[-1]
        assert not any(words in footer for words in ("More", "Repair", "Stop one", "Prefer"))
        assert not runtime.went_on and not runtime.stopped and not toasts(app)


async def test_the_why_screen_asks_too_for_the_selected_column(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    runtime.further = mending()
    async with app.run_test(size=(160, 48)) as pilot:
        await ended_app(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, WhyScreen) and app.screen.in_front == "B")
        app.screen.query_one(Matrix).focus()
        await pilot.press("left")
        await until(pilot, lambda: isinstance(app.screen, WhyScreen) and app.screen.in_front == "A")
        await pilot.press("space")
        await until(pilot, lambda: "you prefer A" in screen_text(app))
        await pilot.press("r")
        await until(pilot, lambda: runtime.went_on == [("s-1", "repair", "A")])
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and "A is chosen" in screen_text(app))
