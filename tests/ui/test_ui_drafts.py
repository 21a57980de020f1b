"""Texts that were not run outlive the app; earlier problems can be brought back; an editor of one's own."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.app import App

from atlas_tui import paths
from atlas_tui.events import Outcome, ProblemRead, RunEnded
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.store import Store
from atlas_tui.ui.context_files import HEADING
from atlas_tui.ui.drafts import KEPT, Draft, Drafts
from atlas_tui.ui.recent import ago, draft_of, earlier
from atlas_tui.ui.screens.recent import Recent
from atlas_tui.ui.widgets.editor import ProblemEditor
from tests.ui import story
from tests.ui.fake import fake_app, screen_text, started, toasts, until
from tests.ui.test_ui_pty import app as terminal_app, assert_clean


def test_a_draft_is_private_and_comes_back_as_it_was(tmp_path: Path) -> None:
    draft = Draft(
        text="a\udcff\n", source="x.md", mode=Mode.FUNCTION, samples=(Sample(given="[]", expected="1"),)
    )
    first, second = Drafts(tmp_path), Drafts(tmp_path)
    first.keep(draft)
    assert first.left() == ()
    (left,) = second.left()
    assert (left.text, left.source, left.mode, left.samples) == (
        draft.text,
        "x.md",
        draft.mode,
        draft.samples,
    )
    assert left.file is not None and stat.S_IMODE(left.file.stat().st_mode) == 0o600
    assert Drafts(tmp_path / "other").left() == ()
    first.drop()
    assert second.left() == ()


def test_old_and_damaged_drafts_go(tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        Drafts(tmp_path).keep(Draft(text=f"text {number}"))
    file = next((paths.state_dir() / "drafts").glob("*.json"))
    file.write_text("{}")
    assert len(Drafts(tmp_path).left()) == KEPT
    assert len(list((paths.state_dir() / "drafts").glob("*.json"))) == KEPT + 1


def test_a_disk_that_takes_nothing_does_not_stop_the_typing(tmp_path: Path) -> None:
    paths.state_dir().mkdir(parents=True)
    (paths.state_dir() / "drafts").write_text("in the way")
    drafts = Drafts(tmp_path)
    drafts.keep(Draft(text="x"))
    drafts.drop()
    assert drafts.left() == ()


async def test_typed_text_survives_a_quit(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test() as pilot:
        await started(pilot)
        await pilot.press(*"Print it")
        await pilot.press("ctrl+q")
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await until(pilot, lambda: "Print it" in screen_text(app) and "^L brings it back" in screen_text(app))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "not run" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query(ProblemEditor) and app.desk.problem)
        assert app.screen.query_one(ProblemEditor).text == "Print it"
    (left,) = Drafts(tmp_path).left()
    assert left.text == "Print it"


async def test_a_text_that_was_run_or_comes_from_a_file_is_no_draft(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("other words")
    app, runtime = fake_app(tmp_path, story.whole(), text="")
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("x", "ctrl+r")
        await until(pilot, lambda: runtime.runs == 1)
    assert Drafts(tmp_path).left() == ()
    app, _ = fake_app(tmp_path, text="")
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "other.md" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.desk.source == "other.md" and app.desk.problem)


def recorded(store: Store, session: str, problem: Problem) -> None:
    store.append(session, story.whole()[0])
    store.append(session, ProblemRead(problem=problem))
    store.append(session, RunEnded(outcome=Outcome.VERIFIED, seconds=1.0))


def test_each_problem_is_listed_once_and_without_its_files(tmp_path: Path) -> None:
    store = Store(tmp_path / "test.sqlite3")
    sent = Problem(statement=f"# Other\n\n{HEADING}\n\n`a.py`:\n\n```python\n```\n", mode=Mode.PROGRAM)
    for number, problem in enumerate((story.PROBLEM, story.PROBLEM, sent)):
        recorded(store, f"s{number}", problem)
    found = earlier(store, [Draft(text="\n## Mine\n")])
    assert [each.title for each in found] == ["Mine", "Other", "Longest quiet stretch"]
    assert found[1].draft.text == "# Other\n" and found[2].draft.samples == story.PROBLEM.samples
    store.close()


async def test_an_earlier_problem_comes_back_with_its_samples(tmp_path: Path) -> None:
    app, runtime = fake_app(tmp_path, text="typed")
    changed = Problem(
        statement=story.STATEMENT,
        mode=Mode.FUNCTION,
        entry_point="longest",
        samples=story.PROBLEM.samples[:1],
    )
    recorded(runtime.store, "one", changed)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, Recent) and "Longest quiet" in screen_text(app))
        await pilot.press("z", "z")
        await until(pilot, lambda: "no title matches" in screen_text(app))
        await pilot.press("backspace", "backspace", "enter")
        await until(pilot, lambda: "1, changed by hand" in screen_text(app))
        editor = app.screen.query_one(ProblemEditor)
        assert editor.text == story.STATEMENT
        await pilot.press("ctrl+z")
        await until(pilot, lambda: editor.text == "typed")


def test_how_long_ago() -> None:
    assert [ago(0, now) for now in (5, 61, 3_601, 7_200, 200_000)] == [
        "just now", "1 min ago", "60 min ago", "2 h ago", "2 days ago",
    ]  # fmt: skip


@pytest.mark.parametrize(("editor", "words"), [
    ("no-such-editor", "no-such-editor cannot be started"), ("'", "cannot be used"),
])  # fmt: skip
async def test_an_editor_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str, words: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: toasts(app))
        assert words in toasts(app)[0]


@pytest.mark.parametrize(("script", "words"), [
    ("raise SystemExit(3)", "its exit code is 3"),
    ("import sys; open(sys.argv[1], 'wb').write(b'\\xff')", "no UTF-8"),
])  # fmt: skip
async def test_an_editor_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    monkeypatch.setenv("VISUAL", f'{sys.executable} -c "{script}"')

    @contextmanager
    def suspend(self: App[int]):  # type: ignore[no-untyped-def]
        yield

    monkeypatch.setattr(App, "suspend", suspend)
    app, _ = fake_app(tmp_path, text="keep this")
    async with app.run_test(size=(120, 36)) as pilot:
        await started(pilot)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: toasts(app))
        assert words in toasts(app)[0] and app.screen.query_one(ProblemEditor).text == "keep this"


def test_the_editor_has_the_terminal_and_gives_it_back(
    tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\nprint('IN THE EDITOR', flush=True)\npath = pathlib.Path(sys.argv[1])\n"
        "path.write_text(path.read_text() + 'Zebra lines.\\n')\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")
    (tmp_path / "problem.md").write_text("Print twice the number.\n")
    with terminal_app(tmp_path, tiny_gguf, "problem.md") as terminal:
        terminal.until(b"Print twice")
        terminal.until(b"CPU")
        os.write(terminal.master, b"\x05")
        terminal.until(b"IN THE EDITOR")
        terminal.until(b"Zebra lines")
        os.write(terminal.master, b"\x11")
        assert terminal.end() == 0
    tail = terminal.output.rsplit(b"IN THE EDITOR", 1)[1]
    assert_clean(tail)
    assert [draft.text for draft in Drafts(tmp_path).left()] == ["Print twice the number.\nZebra lines.\n"]


def test_a_problem_that_is_run_again_has_its_files_read_again() -> None:
    sent = Problem(statement=f"See @a.py\n\n{HEADING}\n\n`a.py`:\n\n```python\nold\n```\n", mode=Mode.PROGRAM)
    draft = draft_of(sent)
    assert draft.text == "See @a.py\n" and draft.samples == ()
