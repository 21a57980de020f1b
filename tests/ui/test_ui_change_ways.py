"""Small ways through a change, as who sees the app for the first time goes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from atlas_tui.errors import InputError
from atlas_tui.events import (
    CandidateReady,
    Chosen,
    Dropped,
    Event,
    Grade,
    RunFinished,
    Stage,
    StageStarted,
    SubsetTested,
    TestsWritten,
    Verdict,
)
from atlas_tui.store import SessionSummary
from atlas_tui.ui import between, context_files
from atlas_tui.ui.archive import Row
from atlas_tui.ui.doubts import doubt
from atlas_tui.ui.going_on import repairable
from atlas_tui.ui.replay import folded
from atlas_tui.ui.reviewing import Review
from atlas_tui.ui.screens.difference import Difference
from atlas_tui.ui.screens.sessions_words import glance
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.candidate import CandidatePanel
from atlas_tui.ui.widgets.candidate_words import status, tab
from atlas_tui.ui.widgets.diff import DiffView
from atlas_tui.ui.widgets.evidence import EvidenceGrid
from atlas_tui.ui.widgets.ladder import ladder
from atlas_tui.ui.widgets.summary import verdict
from atlas_tui.ui.widgets.told import joined
from atlas_tui.ui.widgets.why_words import repairs
from atlas_tui.ui.words import NOTHING_FAILED
from tests import changes
from tests.ui import change_story, story
from tests.ui.fake import fake_app, screen_text, started, toasts, until
from tests.ui.reviews import brought_back, choosing, shop, shop_app
from tests.ui.test_ui_change import SIZE, change_app, shows


def shop_run(folder: Path) -> RunState:
    """The run of ``tests.changes``."""
    problem = changes.problem_of(shop(folder))
    return folded([*story.opening(story.Clock(), problem, ""), *changes.candidates(problem)])


async def test_an_empty_text_offers_a_change_too(tmp_path: Path) -> None:
    app, _ = change_app(tmp_path, text="")
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await until(pilot, lambda: shows(app, "nothing yet · for a change in this repository"))
        assert shows(app, "Paste or type a problem") and shows(app, "F10 Change")
        await pilot.press("f10")
        await until(pilot, lambda: shows(app, "Say what is to be changed") and shows(app, "F10 Program"))


def test_files_of_other_languages_are_missed_as_well(tmp_path: Path) -> None:
    (tmp_path / "slug.js").write_text("export {}\n")
    text = "@slug.js::slug like @other.ts, @queue.go and @Override"
    assert context_files.targets(tmp_path, text) == (("slug.js::slug",), ("other.ts", "queue.go"))


async def test_a_key_is_named_in_place_of_an_option(tmp_path: Path) -> None:
    app, runtime = change_app(tmp_path)
    runtime.change_error = InputError("No test command was found", "there is none", 'name one: --tests "x"')
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f10", "f11")
        await until(pilot, lambda: toasts(app))
        assert "^N takes another test command" in toasts(app)[0] and "--tests" not in toasts(app)[0]
        assert shows(app, "^N takes another test command") and not shows(app, "--tests")


@pytest.mark.parametrize("key", ["f4", "f5"])
async def test_escape_stops_a_run_on_every_screen_that_is_about_it(tmp_path: Path, key: str) -> None:
    events = [*story.opening(story.Clock()), StageStarted(stage=Stage.OBSERVE)]
    app, runtime = fake_app(tmp_path, [*events, events[-1]])
    runtime.stop_after = len(events)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.stages)
        await pilot.press(key)
        await until(pilot, lambda: "Esc Stop" in screen_text(app))
        # What is nearer goes first.
        await pilot.press("f1", "escape")
        assert app.desk.run.running
        await pilot.press("escape")
        await until(pilot, lambda: app.desk.run.cancelled)
        await until(pilot, lambda: "Esc Stop" not in screen_text(app))


async def test_a_new_run_ends_a_replay(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, story.whole())
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        recorded = [replace(event, at=event.at + 86_400.0) for event in choosing("x = 1")]
        for event in recorded:
            runtime.store.append("old", event)
        app.run_worker(app.desk.archive.replay("old"))
        await until(pilot, lambda: app.desk.archive.player is not None)
        await pilot.press("f2", "ctrl+r")
        app.desk.problem = runtime.problem
        async for _ in app.desk.solve(runtime.problem):
            assert app.desk.archive.player is None
        await pilot.pause(0.3)
        assert app.desk.run.code_of("B") != "x = 1" and app.desk.run.session != "old"


async def test_a_card_follows_a_replay_back_in_time(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("f3")
        events = story.whole()
        app.desk.run = ended = folded(events)
        app.desk.changed()
        chosen = ended.chosen.candidate if ended.chosen else ""
        panel = app.screen.query_one(f"#candidate-{chosen.lower()}", CandidatePanel)
        await until(pilot, lambda: "chosen" in str(panel.border_title))
        place = next(number for number, event in enumerate(events) if isinstance(event, Chosen))
        state, entry = folded(events[:place]), ended.candidate(chosen)
        assert state.running and entry is not None
        panel.show(entry, state, events[0].at)
        assert "chosen" not in str(panel.border_title)


async def test_n_goes_through_the_hunks_of_all_files(tmp_path: Path) -> None:
    app, _ = shop_app(shop(tmp_path))
    async with app.run_test(size=(140, 36)) as pilot:
        await brought_back(pilot, app)
        view = app.screen.query_one(DiffView)
        seen = []
        for _ in range(4):
            assert app.desk.review is not None
            seen.append((app.desk.review.file.path, view.hunk))
            await pilot.press("n")
            await pilot.pause(0.1)
        cart, money, tax = "shop/cart.py", "shop/money.py", "shop/tax.py"
        assert seen == [(cart, 1), (cart, 2), (money, 1), (tax, 1)]
        assert app.desk.review is not None and app.desk.review.file.path == tax, (
            "behind the last one there is none"
        )
        await pilot.press("p", "p")
        await until(pilot, lambda: app.desk.review and (app.desk.review.file.path, view.hunk) == (cart, 2))


async def test_a_part_that_is_written_says_how_to_take_more(tmp_path: Path) -> None:
    app, _ = shop_app(shop(tmp_path))
    async with app.run_test(size=(140, 36)) as pilot:
        await brought_back(pilot, app)
        await pilot.press("f", "space", "a")
        await until(pilot, lambda: "not tested" in " ".join(screen_text(app).split()))
        await pilot.press("y")
        await until(pilot, lambda: shows(app, "u takes it back, to take more"))


def test_what_a_repair_changed_is_told_file_by_file(tmp_path: Path) -> None:
    run = shop_run(tmp_path)
    told = repairs(run, run.candidate("C"), 100).plain
    assert "r0 first change" in told and "shop/money.py is changed too" in told
    assert "  -    return sum(prices) - 0\n  +    return sum(prices) - discount\n" in told
    assert "@@ -1,3 +1,3 @@" in told and "+++ b/" not in told, "no difference of differences"


def test_two_changes_are_compared_as_files(tmp_path: Path) -> None:
    run = shop_run(tmp_path)
    one, other = run.program_of("A"), run.program_of("C")
    assert one is not None and other is not None
    sides = {each.path: each for each in between.attempts(run, one, other, "C")}
    # Both make the same of the money; what only one of them changes the other one has as it was.
    assert list(sides) == ["shop/cart.py", "shop/old.py", "shop/tax.py"]
    assert sides["shop/tax.py"].first == changes.TAX.encode() and sides["shop/tax.py"].second == b""
    assert sides["shop/old.py"].first == changes.FILES["shop/old.py"].encode()
    assert not between.attempts(run, one, one, "A")


async def test_the_files_of_a_difference_are_gone_through(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    files = (between.Sides("a.py", b"x = 1\n", b"x = 2\n"), between.Sides("b.js", b"y\n", b"z\n"))
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        app.push_screen(Difference(files, "A", "B"))
        await until(pilot, lambda: shows(app, "A → B a.py") and shows(app, "next file (1/2)"))
        await pilot.press("n")
        await until(pilot, lambda: shows(app, "A → B b.js"))
        await pilot.press("n", "p")
        await until(pilot, lambda: shows(app, "a.py"))
        await pilot.press("f")
        await until(pilot, lambda: shows(app, "b.js"))
        await pilot.press("f")
        await until(pilot, lambda: shows(app, "a.py"))


@pytest.mark.parametrize(("mode", "told"), [("change", "✓ tests only"), ("program", "✓ samples only")])
def test_a_session_says_what_decided(mode: str, told: str) -> None:
    summary = SessionSummary(id="s", started=0.0, candidate="A", grade="samples only", mode=mode)
    assert told in glance(Row(summary, False), RunState(), 80).plain


def test_what_is_flagged_can_be_repaired_though_it_passes(tmp_path: Path) -> None:
    run = folded(change_story.whole(tmp_path))
    # B fails, C does what it may not; A is right.
    assert repairable(run) == ("B", "C")


def test_a_glance_that_knows_no_runs_counts_the_tests(tmp_path: Path) -> None:
    kinds = (CandidateReady, RunFinished)
    run = folded([event for event in change_story.whole(tmp_path) if not isinstance(event, kinds)])
    assert "mends 2 of 2 tests, keeps the other one" in joined(verdict(run, 100)).plain


def test_where_nothing_failed_it_is_not_called_a_failure(tmp_path: Path) -> None:
    events = change_story.whole(tmp_path)
    problem = change_story.problem(tmp_path)
    assert problem.project is not None
    project = replace(problem.project, required=())
    passing = replace(problem, project=project, samples=problem.samples[-1:])
    run = replace(folded(events), problem=passing)
    assert run.chosen is not None
    run = replace(run, chosen=replace(run.chosen, grade=Grade.UNVERIFIED))
    assert NOTHING_FAILED in joined(verdict(run, 100)).plain


@pytest.mark.parametrize("is_tested", [False, True])
def test_where_nothing_failed_no_candidate_is_written_without_a_question(
    tmp_path: Path, is_tested: bool
) -> None:
    run = shop_run(tmp_path)
    problem = run.problem
    assert problem is not None and problem.project is not None
    passing = next(each.label for each in run.candidates if each.standing and each.standing.passed == 4)
    file = SimpleNamespace(writes=True, change=SimpleNamespace(hunks=(1,)))
    review = cast(Review, SimpleNamespace(label=passing, whole=True, judged=(file,), taken=(1,)))
    result = SubsetTested(candidate=passing, round=0, hunks=(1,), passed=4, samples=4, state="")
    tested = result if is_tested else None
    run = replace(run, chosen=None)
    assert doubt(run, review, tested) == ""
    run = replace(run, problem=replace(problem, project=replace(problem.project, required=())))
    assert doubt(run, review, tested) == NOTHING_FAILED


async def test_what_cannot_be_used_says_so_once(tmp_path: Path) -> None:
    change_story.write_repository(tmp_path)
    events: list[Event] = []
    for event in change_story.whole(tmp_path):
        match event:
            case CandidateReady(candidate="C"):
                events.append(replace(event, code="", files=(), error="the reply changes nothing"))
            case RunFinished(candidate="C"):
                events.append(replace(event, verdict=Verdict.CE))
            case _:
                events.append(event)
    app, runtime = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        for event in events:
            runtime.store.append("s-1", event)
        await app.desk.archive.reopen("s-1")
        entry = app.desk.run.candidate("C")
        assert entry is not None and status(entry, app.desk.run).plain == "✗ no usable change"
        assert tab(entry, app.desk.run, False).plain == " C no change"
        await pilot.press("f3")
        await until(pilot, lambda: shows(app, "A is chosen") and "the reply changes" in screen_text(app))
        grid = app.screen.query_one(EvidenceGrid)
        assert grid.point("B", 0, "sample 1") and not grid.point("C", 0, "sample 1"), "it was run on nothing"


def test_no_tests_are_written_and_why() -> None:
    found = TestsWritten(at=1.0, tests=(), dropped=(Dropped(why="not for go", number=0),))
    told = joined(ladder(replace(RunState(), rungs=(found,)))).plain
    assert told.strip() == "· 0 tests written: not for go"
