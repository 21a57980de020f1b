"""The screen that tells why one candidate won."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from textual.pilot import Pilot

from atlas_tui.events import (
    AgreementFound,
    Chosen,
    Event,
    RepairTried,
    RunFinished,
    TestsRun,
    Verdict,
    from_json,
    to_json,
)
from atlas_tui.ui.actions import REVIEW, WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.between import programs
from atlas_tui.ui.comparison import Kind, comparison
from atlas_tui.ui.fold import fold
from atlas_tui.ui.screens.details import Details
from atlas_tui.ui.screens.difference import Difference
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.matrix import Matrix
from atlas_tui.ui.widgets.told import joined
from atlas_tui.ui.widgets.why_words import repairs, verdict
from tests.ui import story, why_story
from tests.ui.fake import fake_app, screen_text, started, toasts, until

NASTY = "[/b][red]x[/]\x1b[31m\x1b]52;c;aGk=\x07\u202e\x00 def f(a[0]):"


def folded(events: list[Event]) -> RunState:
    return reduce(fold, events, RunState())


async def look(pilot: Pilot[int], app: AtlasApp) -> Matrix:
    """Run to the end and go to the screen, as a person does."""
    await started(pilot)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: app.desk.run.ended)
    await pilot.press("w")
    await until(pilot, lambda: app.current_mode == WHY and "results" in screen_text(app))
    return app.screen.query_one(Matrix)


def test_the_table_holds_everything_the_candidates_were_run_on() -> None:
    table = comparison(folded(why_story.contested()))
    assert table.columns == ("A", "B", "C") and table.rounds == {"A": 2, "B": 0, "C": 0}
    rows = {row.name: row for row in table.rows}
    assert [row.kind for row in table.rows] == [Kind.SAMPLE] * 3 + [Kind.TEST] * 2 + [Kind.INPUT] * 3 + [
        Kind.JUDGED
    ]
    assert [name for name, row in rows.items() if not row.tells] == ["sample 2", "self-test 2", "input 1"]
    assert rows["sample 3"].cells["A"].run.round == 2, "the program it stands for, not the first one"
    test = rows["self-test 1"]
    assert (test.given, test.expected, test.cells["A"].run.printed) == ("longest([5], 4)", "0", "1")
    assert test.cells["A"].run.verdict is Verdict.WA and "C" not in test.cells
    assert (rows["input 2"].cells["A"].group, rows["input 2"].cells["B"].group) == (1, 0)
    assert rows["input 3"].cells["A"].run.verdict is Verdict.RE
    assert "B 3 times, A 0 times, neither 1 times" in rows["judged 1"].note


def test_sessions_of_earlier_versions_are_shown_as_far_as_they_tell() -> None:
    events: list[Event] = []
    for event in why_story.contested():
        if isinstance(event, TestsRun):
            event = replace(event, gave=())
        elif isinstance(event, AgreementFound):
            event = replace(event, tried=())
        events.append(event)
    rows = {row.name: row for row in comparison(folded(events)).rows}
    assert rows["self-test 1"].cells["A"].run.verdict is Verdict.WA and rows["self-test 1"].tells
    assert "input 1" not in rows


def test_what_is_about_a_program_that_was_replaced_is_left_out() -> None:
    events = [
        event
        for event in why_story.contested()
        if not (isinstance(event, RepairTried) and event.round == 2)
        and not (isinstance(event, RunFinished) and event.round == 2)
    ]
    kept = RepairTried(candidate="A", round=2, perspective="p", kept=False, reason="no better")
    rows = {row.name: row for row in comparison(folded([*events, kept])).rows}
    assert "A" not in rows["self-test 1"].cells and rows["sample 2"].cells["A"].run.verdict is Verdict.WA
    assert "judged 1" not in rows


def test_the_verdict_is_a_sentence_made_from_the_reasons() -> None:
    text = joined(verdict(folded(why_story.contested()), 100)).plain
    assert text.startswith("B wins by samples and self-tests  ◐ split  3 of 3 samples")
    assert "▸ self-tests: B passes 2 of 2 written tests, A 1" in text and "· agreement: A and B" in text
    assert "82 % of recorded choices like this one were right" in text
    assert joined(verdict(RunState(), 80)).plain == "nothing is chosen yet"
    events = [
        replace(event, reasons=(), tied=("C",)) if isinstance(event, Chosen) else event
        for event in story.whole()
    ]
    tied = joined(verdict(folded(events), 100)).plain
    assert "no rule decided" in tied and "no rule told it from C" in tied


def test_repairs_are_a_tree_with_what_each_changed() -> None:
    run = folded(why_story.contested())
    lines = [line.rstrip() for line in repairs(run, run.candidate("A"), 60).plain.split("\n")]
    assert lines[0] == "r0 first program  ●✗● 2/3"
    assert (
        "└ r1 special cases  – dropped  ✗✗● 1/3" in lines and "└ r2 special cases  ✓ kept  ●●● 3/3" in lines
    )
    assert "  sample 1 ● → ✗" in lines and "  sample 2 ✗ → ●" in lines
    assert "  -    best = 1" in lines and "  +    best = 0" in lines
    assert "not repaired" in repairs(run, run.candidate("B"), 60).plain
    assert repairs(run, None, 60).plain == "there is no program"


async def test_rows_that_tell_nothing_are_folded(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await look(pilot, app)
        text = screen_text(app)
        assert "B wins by samples and self-tests" in text and "✗ 1 ≠ 0" in text and "B chosen" in text
        assert "sample 2 " not in text and "3 rows where all come to the same: n shows them" in text
        await pilot.press("n")
        await until(pilot, lambda: "self-test 2" in screen_text(app))
        assert "3 rows where" not in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: "3 rows where" in screen_text(app))


async def test_a_cell_opens_what_proves_it(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        matrix = await look(pilot, app)
        assert matrix.label == "B", "the chosen one comes first"
        before = matrix.lines[1]
        await pilot.press("left")
        await until(pilot, lambda: not matrix.lines[1].is_same(before))
        await pilot.press("down", "down", "down", "down")
        await until(pilot, lambda: matrix.row and matrix.row.name == "input 3")
        assert "IndexError: list index" in screen_text(app) and "programs of A" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details) and "isolation full" in screen_text(app))
        text = screen_text(app)
        assert "longest([2], 9)" in text and "crashed (RE)" in text and "CPU 10 ms" in text
        await pilot.press("escape")
        await pilot.press("right", "right")
        await until(pilot, lambda: "C was not run on it" in screen_text(app))


async def test_programs_are_compared_on_a_key(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await look(pilot, app)
        await pilot.press("right", "d")
        await until(pilot, lambda: isinstance(app.screen, Difference) and "B → C" in screen_text(app))
        assert "for i in range(len(nums)):" in screen_text(app)
        await pilot.press("v", "n", "escape")
        await pilot.press("b")
        await until(pilot, lambda: "C was not repaired" in toasts(app))
        await pilot.press("left", "left", "b")
        await until(pilot, lambda: "A first → A round 2" in screen_text(app))
        assert "best = 0" in screen_text(app)
        await pilot.press("escape")


async def test_the_selected_candidate_is_reviewed(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await look(pilot, app)
        await pilot.press("left", "v")
        await until(pilot, lambda: app.current_mode == REVIEW and app.desk.review)
        assert app.desk.review and app.desk.review.label == "A"


async def test_before_a_run_it_says_what_to_do(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test() as pilot:
        await started(pilot)
        await pilot.press("f4")
        await until(pilot, lambda: "Nothing to compare yet" in screen_text(app))
        await pilot.press("enter", "n", "d", "b", "v", "left", "down")
        assert app.current_mode == WHY


async def test_a_run_that_is_watched_from_here_appears(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("f4")
        await until(pilot, lambda: "Nothing to compare yet" in screen_text(app))
        for event in why_story.contested():
            app.desk.take(event)
        await until(pilot, lambda: "B wins by" in screen_text(app) and isinstance(app.focused, Matrix))
        await pilot.press("left")
        await until(pilot, lambda: "programs of A" in screen_text(app))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 36), (160, 48)], ids=str)
async def test_the_titles_stay_while_rows_are_scrolled(tmp_path: Path, size: tuple[int, int]) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=size) as pilot:
        matrix = await look(pilot, app)
        await pilot.press("n", *["down"] * 8)
        await until(pilot, lambda: matrix.row and matrix.row.name == "judged 1")
        text = screen_text(app)
        assert "B chosen" in text and "judged 1" in text and "B wins by" in text
        await pilot.press(*["up"] * 8)
        await until(pilot, lambda: "sample 1" in screen_text(app) and "B chosen" in screen_text(app))
        assert all(len(line) <= size[0] for line in screen_text(app).splitlines())


async def test_foreign_text_is_harmless(tmp_path: Path) -> None:
    events: list[Event] = []
    for event in why_story.contested():
        if isinstance(event, AgreementFound):
            tried = tuple(
                replace(
                    one,
                    given=NASTY,
                    gave=tuple(replace(each, printed=NASTY, stderr=NASTY) for each in one.gave),
                )
                for one in event.tried
            )
            event = replace(event, tried=tried)
        elif isinstance(event, RepairTried):
            event = replace(event, perspective=NASTY, reason=NASTY)
        elif isinstance(event, Chosen):
            event = replace(event, reasons=tuple(replace(each, text=NASTY) for each in event.reasons))
        events.append(event)
    app, _ = fake_app(tmp_path, events)
    async with app.run_test(size=(120, 36)) as pilot:
        await look(pilot, app)
        await pilot.press("left", "down", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, Details))
        for text in (screen_text(app), app.export_screenshot()):
            assert "\x1b" not in text and "\u202e" not in text and "\x00" not in text
        assert "[/b][red]x[/]" in screen_text(app)


async def test_any_label_of_a_stored_session_is_harmless(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("f4")
        for event in why_story.contested():
            line = to_json(event).replace('"candidate":"A"', '"candidate":"[/b]"')
            app.desk.take(from_json(line.replace('"candidates":["A"', '"candidates":["[/b]"')))
        await until(pilot, lambda: "B wins by" in screen_text(app))
        await pilot.press("left")
        await until(pilot, lambda: "programs of [/b]" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Details) and "[/b], sample 1" in screen_text(app))
        await pilot.press("escape", "b")
        await until(pilot, lambda: isinstance(app.screen, Difference))


async def test_a_click_selects_a_cell(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, why_story.contested())
    async with app.run_test(size=(120, 36)) as pilot:
        matrix = await look(pilot, app)
        rows = screen_text(app).splitlines()
        y = next(number for number, line in enumerate(rows) if "self-test 1" in line)
        await pilot.click(offset=(rows[y].index("✗ 1 ≠ 0"), y))
        await until(pilot, lambda: matrix.label == "A" and matrix.row and matrix.row.name == "self-test 1")
        assert "longest([5], 4)" in screen_text(app) and "trusted to 80 %" in screen_text(app)
        await pilot.click(offset=(rows[y].index("✗ 1 ≠ 0"), y - 4))
        assert matrix.row and matrix.row.name == "self-test 1", "the border and the titles are no cells"


async def test_programs_that_are_no_text_are_not_compared(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        app.push_screen(Difference(programs("x = '\x00'\n", "x = 1\n", "B"), "A", "B"))
        await until(pilot, lambda: toasts(app) and not isinstance(app.screen, Difference))
        assert "binary" in toasts(app)[-1]
