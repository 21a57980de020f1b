"""The review screen on real files and real git: accept, undo, commit, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea

from atlas_tui.events import (
    Applied,
    CandidateReady,
    Chosen,
    Committed,
    Event,
    Grade,
    Outcome,
    RunEnded,
    Undone,
)
from atlas_tui.ui.screens.ask import Ask
from atlas_tui.ui.screens.commit import Commit
from atlas_tui.ui.widgets.diff import DiffView
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, toasts, until
from tests.ui.reviews import git, make_repository, recorded, reviewed

OLD = b"import sys\r\n\r\n\r\ndef longest(nums, k):\r\n    return -1\r\n\r\n\r\nprint(longest([1], 2))\r\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


async def test_nothing_to_review_has_words(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test() as pilot:
        await started(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "Nothing to review yet" in screen_text(app))
        await pilot.press("a", "u", "c", "r", "1")
        await pilot.pause(0.1)
        assert not toasts(app)


async def test_the_diff_of_the_choice(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        text = screen_text(app)
        assert (
            "▸ solution.py" in text
            and "+10 −0  new file" in text
            and "✓ samples only" in text
            and "nothing is written yet" in text
        )
        assert " +     left = total = best = 0" in text
        assert not (repository / "solution.py").exists()
        await pilot.press("1")
        await until(pilot, lambda: "from bisect" in screen_text(app))
        assert "not the chosen one" in screen_text(app)


async def test_accept_undo_accept_commit(repository: Path) -> None:
    target = repository / "solution.py"
    target.write_bytes(OLD)
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        text = screen_text(app)
        assert "−     return -1" in text and "+9 −1" in text and " + " in text
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        written = target.read_bytes()
        assert b"left = total = best = 0\r\n" in written and written.startswith(b"import sys\r\n")
        assert "✓ written into the file" in screen_text(app)
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone and "undone" in screen_text(app))
        assert target.read_bytes() == OLD
        await until(pilot, lambda: app.desk.review is not None and app.desk.now("review").writable)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_bytes() == written
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Commit))
        assert "solution.py" in screen_text(app)
        area = app.screen.query_one(TextArea)
        assert area.text == "Add solution.py: Longest quiet stretch"
        area.text = "My own message"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.desk.run.committed)
        assert "✓ committed" in screen_text(app)
    assert git(repository, "log", "-1", "--format=%s").strip() == "My own message"
    assert git(repository, "show", "--name-only", "--format=").split() == ["solution.py"]
    kinds = [type(event) for event in recorded(repository)]
    assert kinds == [Applied, Undone, Applied, Committed]


async def test_undo_of_a_new_file_removes_it(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert (repository / "solution.py").read_text() == story.CODES["B"]
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone)
        assert not (repository / "solution.py").exists()


async def test_a_file_that_changed_meanwhile_is_left_alone(repository: Path) -> None:
    target = repository / "solution.py"
    target.write_bytes(OLD)
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        target.write_bytes(b"# edited by hand\n" + OLD)
        await pilot.press("a")
        await until(pilot, lambda: toasts(app))
        assert target.read_bytes() == b"# edited by hand\n" + OLD
        assert "! moved" in screen_text(app) and "changed" in " ".join(screen_text(app).split())
        assert app.desk.review is not None and not app.desk.run.applied
        await pilot.press("r")
        await until(pilot, lambda: "nothing is written yet" in screen_text(app))
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        assert target.read_bytes().startswith(b"# edited by hand\n")


async def test_an_undo_that_would_lose_edits_is_refused(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        (repository / "solution.py").write_text("my edits\n")
        before = len(toasts(app))
        await pilot.press("u")
        await until(pilot, lambda: len(toasts(app)) > before)
        assert (repository / "solution.py").read_text() == "my edits\n" and app.desk.run.applied


async def test_without_git_everything_works_but_commit_which_says_why(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("c")
        await until(pilot, lambda: any("git" in text and "Cannot commit" in text for text in toasts(app)))
        await pilot.press("u")
        await until(pilot, lambda: app.desk.run.undone)
        assert not (tmp_path / "solution.py").exists()


async def test_another_candidate_than_the_chosen_one_is_asked_about(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("3")
        await until(pilot, lambda: app.desk.review and app.desk.review.label == "C")
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "Candidate C: it passes 1 of 3 samples" in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Ask))
        assert not (repository / "solution.py").exists()
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("y")
        await until(pilot, lambda: app.desk.run.applied)
        assert (repository / "solution.py").read_text() == story.CODES["C"]


async def test_an_unverified_choice_is_asked_about(repository: Path) -> None:
    clock = story.Clock()
    events: list[Event] = story.opening(clock)
    events.append(CandidateReady(at=clock(), candidate="A", round=0, code="x = 1\n"))
    events.append(
        Chosen(
            at=clock(), candidate="A", code="x = 1\n", grade=Grade.UNVERIFIED, passed=0, samples=0, reasons=()
        )
    )
    events.append(RunEnded(at=clock(), outcome=Outcome.UNVERIFIED, seconds=2.0))
    app, _ = fake_app(repository, events)
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "not verified" in screen_text(app) and "nothing was checked" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause(0.2)
        assert not (repository / "solution.py").exists()


async def test_an_empty_message_does_not_commit_and_cancel_changes_nothing(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        await pilot.press("a")
        await until(pilot, lambda: app.desk.run.applied)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, Commit))
        app.screen.query_one(TextArea).text = "  "
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "A commit needs a message" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Commit))
    assert git(repository, "log", "--format=%s").split() == ["first"]


async def test_a_long_diff_is_drawn_line_by_line(repository: Path) -> None:
    code = "".join(f"value_{number} = {number}\n" for number in range(5_000))
    events = [event for event in story.whole() if not isinstance(event, Chosen)]
    events.insert(-1, Chosen(candidate="B", code=code, grade=Grade.VERIFIED, passed=3, samples=3, reasons=()))
    app, _ = fake_app(repository, events)
    async with app.run_test(size=(120, 36)) as pilot:
        await reviewed(pilot, app)
        view = app.screen.query_one(DiffView)
        assert len(view.rows) > 5_000 and len(view._strips) < 200
        await pilot.press("end")
        await until(pilot, lambda: "value_4999" in screen_text(app))


async def test_no_target_is_told(repository: Path) -> None:
    app, _ = fake_app(repository, story.whole())
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        app.desk.target = ""
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.desk.run.ended)
        await pilot.press("f5")
        await until(pilot, lambda: "no target file" in screen_text(app))
