"""The disk under the review screen: files that move, three ways, undo, redo and the reverse patch."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from atlas_tui.errors import InputError
from atlas_tui.events import Applied, BaseRead, Redone, Undone
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.patch import ReversePatch, save
from atlas_tui.ui.screens.three_way import ThreeWay, three_way_lines
from atlas_tui.ui.widgets.review_files import ReviewFiles
from atlas_tui.workspace.merge import merge
from atlas_tui.workspace.text import Style
from tests.ui.fake import fake_app, screen_text, settled, toasts, until
from tests.ui.reviews import (
    FIXED,
    TWO_BUGS,
    choosing,
    commit_file,
    git,
    hunked,
    make_repository,
    recorded,
    reviewed,
)

SMALL, WIDE = (80, 24), (120, 36)
HEAD = "import math\n\n\n"


pytestmark = pytest.mark.slow


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


async def test_a_moved_base_is_told_without_a_key(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        target.write_text(HEAD + TWO_BUGS)
        await until(pilot, lambda: "! moved" in screen_text(app))
        text = " ".join(screen_text(app).split())
        assert "r reads it again" in text and "w shows it three ways" in text
        target.write_text(TWO_BUGS)
        await until(pilot, lambda: "! moved" not in screen_text(app))


async def test_a_merge_keeps_both_edits_and_is_reviewed_first(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        target.write_text(HEAD + TWO_BUGS)
        await until(pilot, lambda: "! moved" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay))
        text = " ".join(screen_text(app).split())
        assert "now + import math" in text and "B + best = 0" in text and "Nothing conflicts" in text
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ThreeWay))
        assert target.read_text() == HEAD + TWO_BUGS and "! moved" in screen_text(app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay))
        await pilot.press("m")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.merged)
        text = screen_text(app)
        assert "◌ untested" in text and "the merge with your edits" in text and "moved" not in text
        assert target.read_text() == HEAD + TWO_BUGS
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == HEAD + FIXED


async def test_a_conflict_is_shown_and_the_persons_lines_are_kept(repository: Path) -> None:
    app, _, target = hunked(repository)
    mine = TWO_BUGS.replace("best = 1", "best = 7")
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        target.write_text(mine)
        await until(pilot, lambda: "! moved" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay))
        text = " ".join(screen_text(app).split())
        assert "conflict 1" in text and "now ! best = 7" in text and "B ! best = 0" in text
        assert "1 conflict" in text
        await pilot.press("m")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.merged)
        assert target.read_text() == mine
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == mine.replace("return best", "return int(best)")


async def test_reading_again_out_of_the_three_ways(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        target.write_text(HEAD + TWO_BUGS)
        await until(pilot, lambda: "! moved" in screen_text(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay))
        await pilot.press("r")
        await until(pilot, lambda: app.desk.review is not None and b"math" in app.desk.review.base.content)
        await until(pilot, lambda: "✓ samples only" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_text() == HEAD + FIXED


@pytest.mark.parametrize("how", ["removed", "folder"])
async def test_a_target_that_is_gone_or_a_folder_now(repository: Path, how: str) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        target.unlink()
        if how == "folder":
            target.mkdir()
        await until(pilot, lambda: "! moved" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: toasts(app))
        assert not target.is_file() and not app.desk.run.applied
        before = len(toasts(app))
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, ThreeWay) or len(toasts(app)) > before)
        assert app.is_running


async def test_undo_and_redo_of_the_whole_group(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        await pilot.press("f", "x", "b", "a")
        await until(pilot, lambda: len(app.desk.run.writes) == 2)
        for _ in range(2):
            await pilot.press("u")
            await until(pilot, lambda: app.desk.run.undone and not app.desk.run.writes)
            assert target.read_text() == TWO_BUGS and git(repository, "status", "--porcelain") == ""
            await until(pilot, lambda: app.desk.now("review").undone and "undone" in screen_text(app))
            await pilot.press("y")
            await until(pilot, lambda: len(app.desk.run.writes) == 2)
            assert target.read_text() == FIXED
            await until(pilot, lambda: not app.desk.now("review").writable)
    kinds = [type(event) for event in recorded(repository)]
    assert kinds == [Applied] * 2 + ([Undone] * 2 + [Redone] * 2) * 2


async def test_redo_is_refused_over_new_edits(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone and app.desk.now("review").undone)
        target.write_text("mine\n")
        before = len(toasts(app))
        await pilot.press("y")
        await until(pilot, lambda: len(toasts(app)) > before)
        assert target.read_text() == "mine\n" and not app.desk.run.writes


async def test_a_refused_undo_offers_a_reverse_patch(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app, _, target = hunked(repository)
    outside = tmp_path_factory.mktemp("outside")
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        target.write_text(HEAD + FIXED)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ReversePatch))
        text = screen_text(app)
        assert "+    best = 1" in text and "-    best = 0" in text and "changed" in text
        assert target.read_text() == HEAD + FIXED and app.desk.run.applied
        app.screen.query_one(Input).value = str(repository / "undo.patch")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "inside the working tree" in " ".join(screen_text(app).split()))
        app.screen.query_one(Input).value = str(outside / "undo.patch")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(app.screen, ReversePatch))
        assert not (repository / "undo.patch").exists()
    git(repository, "apply", str(outside / "undo.patch"))
    assert target.read_text() == HEAD + TWO_BUGS


def test_a_patch_is_saved_nowhere_it_should_not_be(tmp_path: Path) -> None:
    root, outside = tmp_path / "tree", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "link").symlink_to(root, target_is_directory=True)
    (outside / "taken").write_text("mine")
    for typed in ("", "  ", str(root / "a"), str(outside / "link" / "a"), str(outside / "taken"),
                  str(outside / "no" / "a"), str(outside), "~nobody-of-this-name/a", "a\0b"):  # fmt: skip
        with pytest.raises(InputError):
            save("patch\n", typed, root)
    assert (outside / "taken").read_text() == "mine" and not list(root.iterdir())
    assert save("a\r\nb\udce9\n", str(outside / "new"), root) == str(outside / "new")
    assert (outside / "new").read_bytes() == b"a\r\nb\xe9\n"


async def test_a_candidate_that_is_shown_after_another_was_written(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("1")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "A")
        assert app.desk.review is not None and app.desk.review.base.content == FIXED.encode()
        await pilot.press("2")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "B")
        assert "✓ written" in screen_text(app)
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone)
        assert target.read_text() == TWO_BUGS


async def test_dirty_files_of_the_start_are_named(repository: Path) -> None:
    commit_file(repository, "solution.py", TWO_BUGS.encode())
    (repository / "[dirty].py").write_text("x\n")
    events = choosing(FIXED)
    read = BaseRead(
        path="solution.py", exists=True, sha256="0" * 64, mode=0o644, eol="\n", encoding="utf-8",
        final_newline=True, commit="1" * 40, dirty=("[dirty].py",),
    )  # fmt: skip
    app, _ = fake_app(repository, [*events[:2], read, *events[2:]])
    async with app.run_test(size=WIDE) as pilot:
        await reviewed(pilot, app)
        text = screen_text(app)
        assert "[dirty].py" in text and "1 uncommitted" in text


async def test_keys_pressed_in_a_hurry_write_once(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a", "a", "space", "x", "a")
        await until(pilot, lambda: app.desk.run.applied)
        await settled(pilot)
        assert target.read_text() == FIXED and len(app.desk.run.writes) == 1
        await pilot.press("u", "u", "y")
        await settled(pilot)
        await until(pilot, lambda: not app.screen._at_work)  # type: ignore[attr-defined]
        assert target.read_text() in (TWO_BUGS, FIXED)
    assert [type(event) for event in recorded(repository)][:2] == [Applied, Undone]


def test_three_way_lines_fold_and_are_never_markup() -> None:
    old = [f"line {number}\n" for number in range(30)]
    ours, theirs = list(old), list(old)
    ours[10] = "mine [red]\n"
    theirs[20] = "its [/]\n"
    made = merge("".join(old).encode(), "".join(ours).encode(), "".join(theirs).encode(), Style())
    lines = [line.plain for line in three_way_lines(made, Style(), "A")]
    assert "now  + mine [red]" in lines and "A    + its [/]" in lines
    assert sum("unchanged line" in line for line in lines) == 3 and len(lines) < 25
    assert replace(made).conflicts == 0


async def test_nothing_of_a_group_is_written_where_one_file_cannot_be(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("f", "x", "b")
        await settled(pilot)
        review = app.desk.review
        assert review is not None and len(review.to_write()) == 2
        tests = repository / review.files[1].path
        tests.write_text("mine\n")
        await pilot.press("a")
        await until(pilot, lambda: toasts(app))
        assert tests.name in screen_text(app) and "! moved" in screen_text(app)
        assert tests.read_text() == "mine\n" and target.read_text() == TWO_BUGS
        assert not app.desk.run.writes


async def test_what_was_done_belongs_to_the_run_it_was_done_for(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        desk = app.desk
        await desk.disk.acquire()  # as if something long were under way
        accepting = asyncio.create_task(desk.writing.accept())
        await pilot.pause(0.1)
        desk.run = replace(desk.run, session="s-2")  # another run began meanwhile
        desk.disk.release()
        await accepting
        assert target.read_text() == FIXED and not desk.run.writes and desk.changes.written is None
    assert [type(event) for event in recorded(repository)] == [Applied]


async def test_escape_closes_the_patch_also_out_of_its_input(repository: Path) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        target.write_text(HEAD + FIXED)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ReversePatch))
        await pilot.press("tab")
        assert isinstance(app.focused, Input)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ReversePatch))
        assert app.desk.run.applied


async def test_a_click_on_a_file_brings_it_to_the_front(repository: Path) -> None:
    app, _, _ = hunked(repository)
    async with app.run_test(size=SMALL) as pilot:
        await reviewed(pilot, app)
        files = app.screen.query_one(ReviewFiles)
        await pilot.click(ReviewFiles, offset=(6, files.size.height - 1))
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.at == 1)
        assert "optional" in screen_text(app)


@pytest.mark.parametrize("size", [(60, 15), (100, 30)], ids=["small", "medium"])
async def test_every_dialog_fits(repository: Path, size: tuple[int, int]) -> None:
    app, _, target = hunked(repository)
    async with app.run_test(size=size) as pilot:
        await reviewed(pilot, app)
        await pilot.press("e")
        await until(pilot, lambda: "^S keeps" in screen_text(app) and "best = 0" in screen_text(app))
        await pilot.press("escape", "a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("c")
        await until(pilot, lambda: "^S commits" in screen_text(app) and "Add solution.py" in screen_text(app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.desk.run.committed)
        await pilot.press("u")
        await until(pilot, lambda: "Undo files" in screen_text(app) and "Leave" in screen_text(app))
        await pilot.press("escape")
        target.write_text(HEAD + FIXED)
        await pilot.press("r")
        await until(pilot, lambda: app.desk.review is not None and app.desk.review.base.content != b"")
        await pilot.resize_terminal(30, 8)
        await settled(pilot)
        await pilot.resize_terminal(200, 60)
        await settled(pilot)
        assert app.is_running
