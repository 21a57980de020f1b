"""What tests of runs, reviews and sessions share: repositories, recordings, the way to the screens."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from atlas_tui.events import CandidateReady, Chosen, Event, Grade, Outcome, RunEnded, RunStarted
from atlas_tui.store import Store
from atlas_tui.ui.app import AtlasApp
from atlas_tui.ui.screens.sessions import SessionsScreen
from tests import changes
from tests.ui import story
from tests.ui.fake import FakeRuntime, fake_app, screen_text, started, until

_REST = "".join(f"    # line {number} of a remark that stays\n" for number in range(9))
TWO_BUGS = f"""def longest(nums, k):
    best = 1
{_REST}    left = total = 0
    for right, x in enumerate(nums):
        total += x
        while total > k:
            total -= nums[left]
            left += 1
        best = max(best, right - left + 1)
{_REST}    return best
"""
"""Returns 1 for an empty list; the other hunk changes nothing that a sample sees."""
FIXED = TWO_BUGS.replace("best = 1", "best = 0").replace("return best", "return int(best)")
ONE_HUNK_FIXED = TWO_BUGS.replace("best = 1", "best = 0")
OTHER_HUNK = TWO_BUGS.replace("return best", "return int(best)")


def git(folder: Path, *words: str) -> str:
    """Run git as the person does; gives what it prints."""
    done = subprocess.run(
        ["git", "-c", "user.name=A Person", "-c", "user.email=a@example.org", *words],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


def make_repository(folder: Path) -> Path:
    """One commit on main that holds ``other.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "A Person")
    git(folder, "config", "user.email", "a@example.org")
    (folder / "other.txt").write_text("other\n")
    git(folder, "add", "other.txt")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def commit_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file and commit it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    git(folder, "add", "-f", "--", name)
    git(folder, "commit", "-q", "-m", f"add {path.name}")
    return path


def choosing(code: str, grade: Grade = Grade.SAMPLES_ONLY) -> list[Event]:
    """The whole story with another program chosen."""
    events: list[Event] = []
    for event in story.whole():
        match event:
            case Chosen():
                events.append(replace(event, code=code, grade=grade))
            case CandidateReady(candidate="B"):
                events.append(replace(event, code=code))
            case _:
                events.append(event)
    return events


def hunked(folder: Path, content: str = TWO_BUGS) -> tuple[AtlasApp, FakeRuntime, Path]:
    """An app whose choice changes two places of a committed ``solution.py``."""
    target = commit_file(folder, "solution.py", content.encode())
    app, runtime = fake_app(folder, choosing(FIXED))
    return app, runtime, target


def shop(folder: Path) -> Path:
    """The repository of ``tests.changes``, with a file that is changed and one that is staged."""
    make_repository(folder)
    changes.lay(folder)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a shop")
    (folder / "notes.txt").write_text("mine, and not committed\n")
    (folder / "other.txt").write_text("staged\n")
    git(folder, "add", "other.txt")
    return folder


def shop_app(folder: Path) -> tuple[AtlasApp, FakeRuntime]:
    """An app over that repository with a recorded run, ``s-1``, that chose A."""
    problem = changes.problem_of(folder)
    made = changes.candidates(problem)
    choice = Chosen(candidate="A", code=made[0].code, grade=Grade.VERIFIED, passed=4, samples=4, reasons=())
    end = RunEnded(outcome=Outcome.VERIFIED, seconds=5.0)
    app, runtime = fake_app(folder, target=None)
    keep(runtime.store, "s-1", [*story.opening(story.Clock(), problem, ""), *made, choice, end])
    return app, runtime


async def brought_back(pilot: Pilot[int], app: AtlasApp) -> None:
    """Show that recorded run, and its choice on the review screen."""
    await started(pilot)
    assert await app.desk.archive.reopen("s-1") == ""
    await pilot.press("f5")
    await until(pilot, lambda: app.current_mode == "review" and app.desk.review)


async def ran_to_its_end(pilot: Pilot[int], app: AtlasApp) -> None:
    """Run the problem as a person does, and wait for its end."""
    await started(pilot)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: app.desk.run.ended)


async def reviewed(pilot: Pilot[int], app: AtlasApp) -> None:
    """Run to the end and go to the review screen."""
    await ran_to_its_end(pilot, app)
    await pilot.press("d")
    await until(pilot, lambda: app.current_mode == "review" and app.desk.review)


def shows(app: AtlasApp, words: str) -> Callable[[], bool]:
    """Whether these words are on the screen, to be waited for."""
    return lambda: words in screen_text(app)


def recorded(folder: Path) -> list[Event]:
    """The events the session holds."""
    store = Store(folder / ".git" / "test.sqlite3")
    try:
        return list(store.events("s-1"))
    finally:
        store.close()


def keep(store: Store, session: str, events: Sequence[Event]) -> None:
    """Record a session."""
    for event in events:
        store.append(session, replace(event, session=session) if isinstance(event, RunStarted) else event)


def sessions_of_all_kinds(runtime: FakeRuntime) -> None:
    """Three sessions: done, another problem, and one that was cut off; the newest is ``3cut``."""
    other = replace(story.PROBLEM, statement="# Shortest path\n\nFind it.")
    keep(runtime.store, "1done", story.whole())
    keep(runtime.store, "2other", story.whole(other))
    keep(runtime.store, "3cut", story.whole()[:60])
    runtime.store.let_be("3cut")


async def to_sessions(pilot: Pilot[int], app: AtlasApp, number: int) -> None:
    """Go to the screen with the sessions, of which there are so many."""
    await started(pilot)
    await pilot.press("f6")
    words = "1 session" if number == 1 else f"{number} sessions"
    await until(pilot, lambda: words in screen_text(app))


@asynccontextmanager
async def among_sessions(
    folder: Path, events: Sequence[Event] = (), **more: Any
) -> AsyncIterator[tuple[Pilot[int], AtlasApp, FakeRuntime]]:
    """The app on the screen that lists sessions of all kinds; the rest is as for ``fake_app``."""
    app, runtime = fake_app(folder, events, **more)
    sessions_of_all_kinds(runtime)
    async with app.run_test(size=(120, 36)) as pilot:
        await to_sessions(pilot, app, 3)
        yield pilot, app, runtime


def marked(app: AtlasApp, session: str) -> None:
    """Mark that session in the list."""
    app.desk.archive.at = session
    assert isinstance(app.screen, SessionsScreen)
    app.screen.look_up()
