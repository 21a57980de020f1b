"""A run about a change in a repository: its cards, its tests by their names, the words of the choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import AgreementFound, Event, ProblemRead, RunStarted
from atlas_tui.ui.actions import RUN, WHY
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.comparison import Kind, comparison
from atlas_tui.ui.replay import folded
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.code import diff_lines
from atlas_tui.ui.widgets.ladder import ladder
from atlas_tui.ui.widgets.why_words import alone, verdict
from atlas_tui.ui.words import middle
from tests.ui import change_story, story
from tests.ui.fake import fake_app, screen_text, started, toasts, until
from tests.ui.test_ui_change import SIZE, shows


def run_of(folder: Path) -> RunState:
    return folded(change_story.whole(folder))


def words(paragraphs: object) -> str:
    return "\n".join(each.words.plain for each in paragraphs)  # type: ignore[attr-defined]


def recorded(app: AtlasApp, events: list[Event]) -> None:
    """The run as an earlier session."""
    session = next(event.session for event in events if isinstance(event, RunStarted))
    for event in events:
        app.desk.ready().store.append(session, event)


def test_rows_are_the_tests_by_their_names(tmp_path: Path) -> None:
    table = comparison(run_of(tmp_path))
    titles = [row.title for row in table.rows]
    assert titles == [*change_story.REQUIRED, "the test that passes already", "written: test_1_empty"]
    first, *_, own = table.rows
    assert first.kind is Kind.SAMPLE and alone(first) == "only B differs here: B broke; A and C passed"
    assert own.kind is Kind.TEST and "def test_1_empty" in own.given and "50 %" in own.note


def test_the_words_are_about_tests_and_changes(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    told = words(verdict(run, 100))
    assert "A wins by tests" in told and "✓ tests only" in told
    assert "mends 2 of 2 tests, keeps the other one" in told
    assert "size of the change: A is the smaller change" in told and "sample" not in told
    # Where nothing could be compared there is nothing to say; of programs it is worth saying.
    assert "nothing to compare" not in words(ladder(run))
    nothing = AgreementFound(at=1.0, clusters=(), inputs=0)
    assert "nothing to compare" in words(ladder(replace(run, problem=story.PROBLEM, rungs=(nothing,))))


def test_files_and_flags_are_kept_with_the_candidate(tmp_path: Path) -> None:
    flagged = run_of(tmp_path).candidate("C")
    assert flagged is not None and flagged.standing is not None
    assert flagged.standing.flags == (change_story.FLAG,)
    assert [each.path for each in flagged.standing.files] == ["stats.py"]


def test_a_difference_is_coloured_by_its_signs() -> None:
    removed = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n--- a comment\n+++ count\n \x1b[31m"
    lines = diff_lines(removed)
    styles = [str(line.spans[0].style) if line.spans else "" for line in lines]
    assert styles == ["$heading", "$muted", "$diff-del-text", "$diff-add-text", ""]
    assert lines[0].plain == "x" and "\x1b" not in lines[-1].plain


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("diff --git a/d/x b/d/x\nnew file mode 100644\n--- /dev/null\n+++ b/d/x", ["d/x  new"]),
        ("diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null", ["x  removed"]),
        ("diff --git a/e b/e\nnew file mode 100644", ["a/e b/e", "new file mode 100644"]),
    ],
)
def test_a_file_of_a_difference_has_one_line_for_its_name(head: str, told: list[str]) -> None:
    assert [line.plain for line in diff_lines(f"{head}\n@@ -1 +1 @@\n-a\n")[:-2]] == told
    assert [line.plain for line in diff_lines(head)] == told


@pytest.mark.parametrize(("longest", "short"), [(99, "a/test_x.py::test_y"), (10, "a/t…test_y"), (1, "…")])
def test_a_name_is_shortened_in_its_middle(longest: int, short: str) -> None:
    assert middle("a/test_x.py::test_y", longest) == short


async def test_cards_show_the_change_and_why_it_is_not_taken(tmp_path: Path) -> None:
    change_story.write_repository(tmp_path)
    app, _ = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        recorded(app, change_story.whole(tmp_path))
        assert await app.desk.archive.reopen("s-1") == ""
        await app.action_go(RUN)
        await until(pilot, lambda: shows(app, "+ return sum(numbers) / len(numbers) if numbers else 0"))
        for told in ("╭─ tests", "A is chosen", "mends 2 of 2 tests", "1/3 broke", "✗ failed"):
            assert told in screen_text(app), told
        await pilot.press("3")
        await until(pilot, lambda: shows(app, f"not chosen by itself: {change_story.FLAG}"))
        assert shows(app, "3/3 passed, flagged")


async def test_a_cell_opens_what_the_test_said_and_where(tmp_path: Path) -> None:
    change_story.write_repository(tmp_path)
    app, _ = fake_app(tmp_path, text="", target=None)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        recorded(app, change_story.whole(tmp_path))
        await app.desk.archive.reopen("s-1")
        await app.action_go(WHY)
        await until(pilot, lambda: shows(app, "MeanTest.test_of_none"))
        await pilot.press("right", "enter")
        await until(pilot, lambda: shows(app, "B, test_stats.MeanTest.test_of_none"))
        for told in ("test_of_none ✗ broke", "ZeroDivisionError", "stats.py:2", "does not pass"):
            assert shows(app, told), told


async def test_a_change_of_another_repository_is_shown_and_said_to_be(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, text="", target=None)
    elsewhere = change_story.whole(tmp_path.parent / "another")
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        recorded(app, elsewhere)
        assert "another" in await app.desk.archive.reopen("s-1")
        read = next(event for event in elsewhere if isinstance(event, ProblemRead))
        assert app.desk.run.problem == read.problem
        assert not toasts(app)
