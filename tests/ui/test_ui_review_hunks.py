"""Hunks on the review screen, by keys alone: take, leave, edit, split, compare, test."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea

from atlas_tui.events import Applied, SubsetTested
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.edit_hunk import EditHunk
from atlas_tui.ui.widgets.diff import DiffView
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, settled, started, toasts, until
from tests.ui.reviews import (
    FIXED,
    ONE_HUNK_FIXED,
    OTHER_HUNK,
    TWO_BUGS,
    choosing,
    commit_file,
    git,
    hunked,
    make_repository,
    recorded,
    reviewed,
    shows,
)

pytestmark = pytest.mark.slow

SMALL, WIDE = (80, 24), (120, 36)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


def footer(app: object) -> str:
    return screen_text(app).splitlines()[-1]  # type: ignore[arg-type]


async def test_a_hunk_is_left_and_the_other_written(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        text = screen_text(app)
        assert "B against the working tree  hunk 1/2  ✓ 2 taken  ✗ 0 left  ✓ samples only 3/3" in text
        assert "solution.py  +2 −2" in text and "● taken" in text and "a Accept" in footer(app)
        await pilot.press("n", "space")
        await until(pilot, lambda: "✓ 1 taken  ✗ 1 left" in screen_text(app))
        text = screen_text(app)
        assert "hunk 2/2" in text and "◐ partly taken 1/2" in text and "◌ untested" in text
        assert "samples only" not in text
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "not tested" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        assert target.read_text() == TWO_BUGS
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == ONE_HUNK_FIXED
        assert "✓ written 1/2" in screen_text(app)
    applied = [event for event in recorded(repository) if isinstance(event, Applied)]
    assert [event.hunks for event in applied] == [(1,)]


async def test_a_subset_is_green_only_after_it_passed_in_the_sandbox(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("n", "space")
        await until(pilot, lambda: "◌ untested" in screen_text(app) and "t Test" in footer(app))
        await pilot.press("t")
        await until(pilot, lambda: app.desk.run.tested, 60)
        if app.desk.run.tested[-1].state:
            pytest.skip(app.desk.run.tested[-1].state)
        await until(pilot, lambda: "✓ tested 3/3" in screen_text(app))
        # Another subset is another program; the first one's result comes back with it.
        await pilot.press("p", "space", "n", "space")
        await until(pilot, lambda: "◌ untested" in screen_text(app))
        await pilot.press("t")
        await until(pilot, lambda: "✗ tested 2/3" in screen_text(app), 60)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "fails" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        await pilot.press("space", "p", "space")
        await until(pilot, lambda: "✓ tested 3/3" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == ONE_HUNK_FIXED
    tested = [event for event in recorded(repository) if isinstance(event, SubsetTested)]
    assert [(event.hunks, event.passed, event.samples) for event in tested] == [((1,), 3, 3), ((2,), 2, 3)]


async def test_all_and_none(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("x")
        await until(pilot, lambda: "✗ 2 left" in screen_text(app))
        text = screen_text(app)
        assert "○ untouched" in text and "no hunk is taken" in text
        assert "Accept" not in footer(app) and "Test" not in footer(app)
        await pilot.press("a", "t")
        await pilot.pause(0.2)
        assert target.read_text() == TWO_BUGS and not app.desk.run.applied
        await pilot.press("space", "x")
        await until(pilot, lambda: "✓ 2 taken" in screen_text(app) and "samples only" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == FIXED


async def test_what_is_written_is_not_taken_or_left_any_more(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("space", "x", "s", "e", "t", "a")
        await settled(pilot)
        assert "✓ 2 taken" in screen_text(app) and target.read_text() == FIXED
        assert not isinstance(app.screen, EditHunk)


@pytest.mark.parametrize("keys", [("n", "p"), ("right_square_bracket", "left_square_bracket")])
async def test_hunks_by_both_pairs_of_keys(repository: Path, keys: tuple[str, str]) -> None:
    app, _, _ = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        for key, hunk in (
            (keys[0], "2/2"),
            (keys[0], "1/1"),
            (keys[1], "2/2"),
            (keys[1], "1/2"),
            (keys[1], "1/2"),
        ):
            await pilot.press(key)  # behind the last hunk comes the proposed test file
            await until(pilot, shows(app, f"hunk {hunk}"))
        assert app.screen.query_one(DiffView).hunk == 1


async def test_editing_keeps_line_ends_and_is_untested(repository: Path) -> None:
    app, _, target = hunked(repository, TWO_BUGS.replace("\n", "\r\n"))
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditHunk))
        area = app.screen.query_one(TextArea)
        assert area.text == "    best = 0\n"
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, EditHunk))
        assert "samples only" in screen_text(app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditHunk))
        app.screen.query_one(TextArea).text = "    best = 0  # by hand\n    low = 1\n"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, EditHunk) and "◌ untested" in screen_text(app))
        assert "best = 0  # by hand" in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        expected = FIXED.replace("best = 0\n", "best = 0  # by hand\n    low = 1\n").replace("\n", "\r\n")
        assert target.read_bytes() == expected.encode()


async def test_an_edit_that_cannot_be_used_stays_in_the_dialog(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditHunk))
        app.screen.query_one(TextArea).text = "    best = 1\n"  # what the file has
        await pilot.press("ctrl+s")
        await pilot.pause(0.3)
        assert isinstance(app.screen, EditHunk)
        assert app.screen.query_one(TextArea).text == "    best = 1\n"
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, EditHunk))
        assert target.read_text() == TWO_BUGS


async def test_splitting(repository: Path) -> None:
    old = "def longest(nums, k):\n    a = 1\n    # stays\n    b = 2\n    return a\n"
    code = old.replace("a = 1", "a = 9").replace("b = 2", "b = 8")
    target = commit_file(repository, "solution.py", old.encode())
    app, _ = fake_app(repository, choosing(code))
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        assert "hunk 1/1" in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: "hunk 1/2  ✓ 2 taken" in screen_text(app))
        await pilot.press("space")
        await until(pilot, lambda: "✓ 1 taken  ✗ 1 left" in screen_text(app))
        await pilot.press("s")
        await until(pilot, lambda: toasts(app))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == code.replace("a = 9", "a = 1")


async def test_comparing_with_other_candidates(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        for words in ("B against A", "B against C"):
            await pilot.press("m")
            await until(pilot, shows(app, words))
            assert "to look at only" in screen_text(app) and "Take" not in footer(app)
            await pilot.press("space", "x", "e", "s")
            await settled(pilot)
            assert app.desk.review is not None and len(app.desk.review.file.taken) == 2
        await pilot.press("m")
        await until(pilot, lambda: "B against the working tree" in screen_text(app))
        assert target.read_text() == TWO_BUGS


async def test_comparing_with_itself_before_repair(repository: Path) -> None:
    app, _ = fake_app(repository, story.repaired())
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        for _ in range(3):
            await pilot.press("m")
            await settled(pilot)
        assert "C against itself before repair" in screen_text(app)
        assert "total = sum(nums[i:])" in screen_text(app)


async def test_side_by_side(repository: Path) -> None:
    app, _, _ = hunked(repository)
    async with app.run_test(size=(140, 36)) as pilot:
        await reviewed(pilot, app)
        rows = [row for row in screen_text(app).splitlines() if "best = 0" in row]
        assert not any("best = 1" in row for row in rows)
        await pilot.press("v")
        await until(pilot, lambda: app.screen.query_one(DiffView).beside)
        assert any("best = 1" in row and "best = 0" in row for row in screen_text(app).splitlines())
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert not any("best = 1" in row and "best = 0" in row for row in screen_text(app).splitlines())
        await pilot.press("v", "v")
        await until(pilot, lambda: any("Too narrow" in toast for toast in toasts(app)))


async def test_folds(repository: Path) -> None:
    app, _, _ = hunked(repository)
    async with app.run_test(size=(120, 60)) as pilot:
        await reviewed(pilot, app)
        assert "total += x" not in screen_text(app)
        await pilot.press("o")
        await until(pilot, lambda: "total += x" in screen_text(app))
        await pilot.press("o")
        await until(pilot, lambda: "total += x" not in screen_text(app))
        await pilot.press("z")
        await until(pilot, lambda: "total += x" in screen_text(app))


async def test_the_file_of_tests_is_offered_and_goes_along_only_when_taken(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        review = app.desk.review
        assert review is not None and len(review.files) == 2
        tests = repository / review.files[1].path
        assert "○ untouched" in screen_text(app) and tests.name in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert not tests.exists() and target.read_text() == FIXED
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone and "undone" in screen_text(app))
        await pilot.press("f", "x")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.file.taken)
        await pilot.press("b")
        await settled(pilot)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert tests.exists() and target.read_text() == FIXED and len(app.desk.run.writes) == 2
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone)
        assert not tests.exists() and target.read_text() == TWO_BUGS
        await until(pilot, lambda: "y Redo" in footer(app) or app.desk.now("review").undone)
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert tests.exists() and target.read_text() == FIXED
        await until(pilot, lambda: not app.desk.now("review").writable)
    assert git(repository, "log", "--format=%s").split("\n")[0] == "add solution.py"


async def test_another_hunk_alone(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        await pilot.press("space", "a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == OTHER_HUNK


async def test_undo_keeps_what_was_taken_and_edited(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        await pilot.press("space", "a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone and "✓ 1 taken  ✗ 1 left" in screen_text(app))
        assert "undone" in screen_text(app) and target.read_text() == TWO_BUGS
        await until(pilot, lambda: app.desk.now("review").writable)


async def test_the_base_is_named(repository: Path) -> None:
    app, _, _ = hunked(repository)
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        assert "main@" in screen_text(app)


async def test_before_the_first_run_no_key_does_harm(repository: Path) -> None:
    app, _ = fake_app(repository)
    async with app.run_test(size=SMALL) as pilot:
        await started(pilot)
        await pilot.press("f5")
        await pilot.press(*"antpxsevmuycwrzofb", "R", "space", "1", "9")
        await settled(pilot)
        assert not toasts(app) and "Nothing to review yet" in screen_text(app)
