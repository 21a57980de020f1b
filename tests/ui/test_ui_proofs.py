"""A line of the ladder or the verdict opens what proves it; a row says who differs; a search finds cells."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from textual.pilot import Pilot

from atlas_tui.events import (
    AgreementFound,
    Chosen,
    FailureClass,
    FailureFound,
    InputsWritten,
    NextStep,
    Reason,
    RepairTried,
    SplitJudged,
    TestsRun,
    TestsWritten,
    Verdict,
)
from atlas_tui.ui.actions import RUN, WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.comparison import comparison
from atlas_tui.ui.fold import fold
from atlas_tui.ui.proofs import Place, place_of, provable
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.evidence import EvidenceGrid
from atlas_tui.ui.widgets.matrix import Matrix
from atlas_tui.ui.widgets.told import Told
from atlas_tui.ui.widgets.why_words import alone
from tests.ui import story, why_story
from tests.ui.fake import fake_app, screen_text, settled, toasts, until
from tests.ui.reviews import ran_to_its_end


@pytest.fixture(scope="module")
def run() -> RunState:
    return reduce(fold, why_story.contested(), RunState())


def rung(run: RunState, kind: type, candidate: str = "") -> Place | None:
    """The place of the first rung of that kind, about that candidate where one is named."""
    found = next(
        each
        for each in run.rungs
        if isinstance(each, kind) and candidate in ("", getattr(each, "candidate", ""))
    )
    return place_of(run, found)


def test_each_step_has_the_cell_that_shows_it(run: RunState) -> None:
    assert rung(run, RepairTried) == Place("sample 1", "A", 1), "the sample whose verdict it changed"
    assert rung(run, TestsWritten) == Place("self-test 1", "A", 2)
    assert rung(run, TestsRun, "A") == Place("self-test 1", "A", 2), "the test it fails"
    assert rung(run, TestsRun, "B") == Place("self-test 1", "B", 0)
    assert rung(run, AgreementFound) == Place("input 2", "A", 2), "where the outputs differ"
    assert rung(run, SplitJudged) == Place("judged 1", "A", 2), "the one that was judged to be wrong"
    assert rung(run, NextStep) is None and not provable(NextStep(step="stop", why=""))
    failed = FailureFound(candidate="C", round=0, failure=FailureClass.SLOW, source="evidence")
    assert place_of(run, failed) == Place("sample 1", "C", 0)
    assert place_of(run, replace(failed, candidate="B")) is None, "it fails nothing"
    assert place_of(run, replace(failed, candidate="Z")) is None


def test_each_rule_has_the_row_that_shows_it(run: RunState) -> None:
    assert run.chosen
    samples, agreement, tests = run.chosen.reasons
    assert place_of(run, samples) == Place("sample 1", "C", 0), "the one that lost, where it fails"
    assert place_of(run, agreement) == Place("input 2", "A", 2)
    assert place_of(run, tests) == Place("self-test 1", "A", 2)
    length = Reason(rule="length", text="B is the shortest")
    assert not provable(length) and place_of(run, length) is None


def test_a_step_whose_programs_are_gone_shows_nothing() -> None:
    events = [each for each in why_story.contested() if not isinstance(each, Chosen)]
    written = InputsWritten(inputs=(), code="x")
    tried = RepairTried(candidate="A", round=9, perspective="p", kept=False, reason="no program")
    run = reduce(fold, [*events, TestsWritten(tests=()), written, tried], RunState())
    assert rung(run, TestsWritten) is None and rung(run, TestsRun, "A") is None
    assert place_of(run, tried) is None
    assert place_of(run, written) == Place("input 2", "B", 0), "without a choice one that ends well"
    assert place_of(RunState(), written) is None


def test_a_row_says_who_alone_differs(run: RunState) -> None:
    said = {row.name: alone(row) for row in comparison(run).rows}
    assert said["sample 1"] == "only C differs here: C printed 0; A and B printed 2"
    assert said["sample 3"] == "only C differs here: C was too slow; A and B printed 3"
    assert said["sample 2"] == "" and said["self-test 2"] == "" and said["input 1"] == ""
    assert said["self-test 1"] == "A and B differ here: A printed 1; B printed 0"
    assert said["input 2"] == "A and B differ here: A printed 1; B printed 0"
    assert said["input 3"] == "A and B differ here: A crashed; B printed 1"


def test_outputs_of_right_answers_need_not_be_the_same(run: RunState) -> None:
    row = comparison(run).rows[0]
    cells = {
        name: replace(row.cells[name], run=replace(row.cells[name].run, verdict=verdict, printed=printed))
        for name, verdict, printed in (
            ("A", Verdict.OK, "2"), ("B", Verdict.OK, "2.0"), ("C", Verdict.WA, "[red]7\x1b[0m\n8"),
        )
    }  # fmt: skip
    assert alone(replace(row, cells=cells)).startswith("only C differs here: C printed [red]7␛[0m⏎8;")
    three = {**cells, "B": replace(cells["C"], run=replace(cells["C"].run, printed="5"))}
    assert alone(replace(row, cells=three)) == "", "three outputs, and none stands alone"


async def ladder(pilot: Pilot[int], app: AtlasApp) -> Told:
    """Run to the end, then go to the steps."""
    await ran_to_its_end(pilot, app)
    told = app.screen.query_one("#why", Told)
    told.focus()
    await until(pilot, lambda: told.has_focus and "Enter shows what proves it" in screen_text(app))
    return told


async def test_a_step_opens_the_run_that_shows_it(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(160, 48)) as pilot:
        told = await ladder(pilot, app)
        while not isinstance(told.proof, RepairTried):
            await pilot.press("down")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details) and "A, sample 1" in screen_text(app))
        assert "repaired" in screen_text(app) and "wrong answer (WA)" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == RUN and told.has_focus)
        assert app.screen.query_one(EvidenceGrid).selected in app.desk.run.runs()


@pytest.mark.slow
async def test_a_step_without_a_run_on_a_sample_opens_its_row(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(160, 48)) as pilot:
        told = await ladder(pilot, app)
        await pilot.press(*["down"] * 30)
        assert isinstance(told.proof, SplitJudged), "the last step"
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == WHY and isinstance(app.focused, Matrix))
        matrix = app.screen.query_one(Matrix)
        assert matrix.row and (matrix.row.name, matrix.label) == ("judged 1", "A")
        await pilot.press("f3", "up")
        await until(pilot, lambda: isinstance(told.proof, AgreementFound))
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == WHY and matrix.row and matrix.row.name == "input 2")


async def test_a_rule_opens_its_row_though_it_is_folded(tmp_path: Path) -> None:
    events = [
        replace(each, tests=each.tests[1:]) if isinstance(each, TestsWritten) else each
        for each in why_story.contested()
        if not isinstance(each, TestsRun)
    ]
    ran = TestsRun(candidate="B", round=0, passed=(0,), tests=1)
    app, _ = fake_app(tmp_path, [*events[:-2], ran, *events[-2:]])
    async with app.run_test(size=(120, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: app.current_mode == WHY and isinstance(app.focused, Matrix))
        matrix, told = app.screen.query_one(Matrix), app.screen.query_one("#verdict", Told)
        assert "self-test 1" not in screen_text(app)
        told.focus()
        await pilot.pause()
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: matrix.row and matrix.row.name == "self-test 1" and matrix.has_focus)
        assert matrix.label == "B" and not matrix.folded


@pytest.mark.slow
async def test_a_double_click_opens_the_proof(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: app.current_mode == WHY and "self-tests: B passes" in screen_text(app))
        rows = screen_text(app).splitlines()
        y = next(number for number, line in enumerate(rows) if "self-tests: B passes" in line)
        await pilot.click(offset=(6, y), times=2)
        matrix = app.screen.query_one(Matrix)
        await until(pilot, lambda: matrix.row and (matrix.row.name, matrix.label) == ("self-test 1", "A"))


@pytest.mark.slow
async def test_what_nothing_shows_is_said(tmp_path: Path) -> None:
    events = why_story.contested()
    lost = FailureFound(candidate="B", round=0, failure=FailureClass.UNUSABLE, source="evidence")
    app, _ = fake_app(tmp_path, [*events[:-2], lost, *events[-2:]])
    async with app.run_test(size=(160, 48)) as pilot:
        await ladder(pilot, app)
        await pilot.press(*["down"] * 30, "enter")
        await until(pilot, lambda: any("No run of a program shows this" in each for each in toasts(app)))
        assert app.current_mode == RUN


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
async def test_the_sentence_stands_below_the_table(tmp_path: Path, size: tuple[int, int]) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=size) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: "only C differs here: C printed 0" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details))
        await until(pilot, lambda: "only C differs here" in screen_text(app))


async def test_a_search_in_the_table_finds_what_cells_have_no_room_for(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.focused, Matrix))
        matrix = app.screen.query_one(Matrix)
        await pilot.press("slash", *"indexerror")
        await until(pilot, lambda: "1 of 1" in screen_text(app))
        assert matrix.row and (matrix.row.name, matrix.label) == ("input 3", "A")
        await pilot.press("escape", "slash", *"longest(")
        await until(pilot, lambda: "1 of 9" in screen_text(app) and matrix.row is not None)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "3 of 9" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: matrix.has_focus)
        assert matrix.row.name == "sample 3", "it stays where the search has led"


async def test_a_search_finds_rows_that_are_folded(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await ran_to_its_end(pilot, app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.focused, Matrix) and "3 rows where" in screen_text(app))
        matrix = app.screen.query_one(Matrix)
        await pilot.press("slash", *"sample")
        await until(pilot, lambda: "1 of 3" in screen_text(app))
        assert "sample 2 " in screen_text(app) and "2 rows where" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: matrix.has_focus and "3 rows where" in screen_text(app))
        assert matrix.row and matrix.row.name == "sample 1", "it did not end on a folded one"
        await pilot.press("slash")
        await pilot.press(*"e 2", "enter")
        await until(pilot, lambda: "sample 2 " in screen_text(app))
        assert matrix.row.name == "sample 2"
        await pilot.press("escape")
        await until(pilot, lambda: matrix.has_focus and "self-test 2" in screen_text(app))
        assert matrix.row.name == "sample 2" and "rows where" not in screen_text(app)


@pytest.mark.slow
async def test_a_search_in_the_evidence_selects_the_run(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(160, 48)) as pilot:
        await ran_to_its_end(pilot, app)
        grid = app.screen.query_one(EvidenceGrid)
        grid.focus()
        await pilot.press("slash", *"too slow")
        await until(pilot, lambda: " of " in screen_text(app).splitlines()[-2])
        await settled(pilot)
        assert grid.selected is not None and grid.selected.verdict is Verdict.TLE
        await pilot.press("escape", "slash", *"zzz")
        await until(pilot, lambda: "nothing found" in screen_text(app))
        assert grid.selected.verdict is Verdict.TLE


async def test_arrow_keys_scroll_where_nothing_can_be_selected(tmp_path: Path) -> None:
    events = [replace(each, reasons=()) if isinstance(each, Chosen) else each for each in story.whole()]
    app, _ = fake_app(tmp_path, events)
    async with app.run_test(size=(120, 30)) as pilot:
        await ran_to_its_end(pilot, app)
        told = app.screen.query_one("#why", Told)
        told.focus()
        await pilot.press("down", "up", "right", "left")
        assert told.proof is None and "Enter shows" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details))
