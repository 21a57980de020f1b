"""The recorded sessions: found, shown again, exported, deleted. No Textual here; reading runs in threads."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.errors import AtlasError, InputError, Refused
from atlas_tui.events import Event, Failed, Outcome, RunEnded, RunStarted, StageStarted
from atlas_tui.ui.action import RUN
from atlas_tui.ui.replay import Player, folded
from atlas_tui.ui.state import RunState

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.store import SessionSummary, Store
    from atlas_tui.ui.desk import Desk

PICTURE = ".svg"
FORMATS = {".md": "Markdown", ".jsonl": "JSON lines", PICTURE: "Picture"}
"""What a session can be exported as, by the end of the file's name."""
PREVIEW = ("RunStarted", "ProblemRead", "BaseRead", "Chosen", "RunEnded", "Failed", "Applied", "Committed")
"""Events that a glance at a session needs: few, and none that was streamed."""


class Kept(StrEnum):
    """Which sessions are listed."""

    ALL = "all"
    DONE = "done"
    UNVERIFIED = "not verified"
    STOPPED = "stopped"
    CUT_OFF = "cut off"


_OUTCOMES = {
    Kept.DONE: (Outcome.VERIFIED,),
    Kept.UNVERIFIED: (Outcome.UNVERIFIED, Outcome.NO_CANDIDATE),
    Kept.STOPPED: (Outcome.CANCELLED, Outcome.FAILED),
    Kept.CUT_OFF: ("",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One session of the list."""

    summary: SessionSummary
    running: bool
    """It goes on, here or in another process; without an outcome and not running it was cut off."""


class Archive:
    """Everything the screens do with sessions that are over."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.at = ""
        """The session that is marked in the list."""
        self.player: Player | None = None
        """The replay that is shown; None where none is."""
        self._shown: tuple[str, float] = ("", 0.0)
        """Session and beginning of the run that was brought back last."""

    @property
    def as_it_was(self) -> bool:
        """A run of the past is shown; it is one of now again once it goes on."""
        run = self._desk.run
        return bool(run.session) and (run.session, run.started) == self._shown

    @property
    def _store(self) -> Store:
        return self._desk.ready().store

    def rows(self, words: str = "", kept: Kept = Kept.ALL) -> list[Row]:
        """Newest first. Raises: Refused: nothing is set up yet; StoreError."""
        found = (Row(each, self._running(each)) for each in self._store.search(words))
        outcomes = _OUTCOMES.get(kept)
        return [row for row in found if outcomes is None or self._fits(row, outcomes)]

    def _running(self, summary: SessionSummary) -> bool:
        return not summary.outcome and self._store.running(summary.id)

    def _fits(self, row: Row, outcomes: tuple[str, ...]) -> bool:
        return row.summary.outcome in outcomes and not row.running

    def glance(self, session: str) -> RunState:
        """What is worth a glance: problem, choice, end, writes. Raises: StoreError."""
        return folded(self._store.events(session, PREVIEW))

    async def read(self, session: str) -> list[Event]:
        """All events, read in a thread. Raises: StoreError; InputError: there are none."""
        events = await asyncio.to_thread(_read, self._store.path, session)
        if not events:
            raise InputError(f"Session {session} cannot be shown", "it holds no events", "choose another one")
        return events

    async def reopen(self, session: str) -> str:
        """Show a session as it was at its end; gives a word of warning, or nothing.

        Raises: Refused: a run goes on; StoreError; InputError.
        """
        events = await self._read_ended(session)
        run = await asyncio.to_thread(folded, events)
        self._refuse_while_running()
        self.leave_replay()
        return self._show(run)

    async def replay(self, session: str) -> None:
        """Show a session as it went, and at last as it was at its end.

        Raises: Refused: a run goes on; StoreError; InputError.
        """
        events = await self._read_ended(session)
        self.leave_replay()
        self._show(RunState())
        player = self.player = Player(events)
        async for batch in player.play():
            if self.player is player:
                self._desk.run = folded(batch, self._desk.run)
                self._desk.changed()
        end = await asyncio.to_thread(folded, events)
        # Meanwhile another session may have been opened.
        if self.player is player:
            self.player = None
            self._show(end)

    def stop(self) -> bool:
        """End the replay where there is one, and show its end; tells whether there was one."""
        if self.player is None:
            return False
        self.player.end()
        return True

    def leave_replay(self) -> None:
        """Something else is shown now."""
        if self.player is not None:
            self.player.end()
            self.player = None

    async def problem(self, session: str) -> tuple[Problem, str]:
        """The problem of a session, and the target it was for. Raises: InputError; StoreError."""
        run = self.glance(session)
        if run.problem is None:
            raise InputError(f"Session {session} holds no problem", "it ended before that", "choose another")
        return run.problem, run.target if self._belongs(run) else ""

    async def export(self, session: str, path: Path, screen: str = RUN) -> None:
        """Write a session into a new file; the end of its name says as what: a picture is of that screen.

        Raises: InputError: it exists, or cannot be written, or ends in nothing known; StoreError.
        """
        from atlas_tui.store import saving

        saving.end_of(path, FORMATS)
        saving.refuse_existing(path)
        if path.suffix == PICTURE:
            await _picture(self._store.path, session, path, screen)
        else:
            events = await self.read(session)
            await asyncio.to_thread(_write, path, events)

    def delete(self, session: str) -> None:
        """Raises: Refused: its run goes on; InputError; StoreError."""
        self._store.delete(session)
        if self._desk.run.session == session:
            self._show(RunState())

    def cut_off(self) -> SessionSummary | None:
        """The latest run that was cut off in this folder and that nobody was told of. Raises: StoreError."""
        return next(iter(self._store.cut_off(self._desk.folder)), None)

    def let_be(self, session: str) -> None:
        """They know of it now."""
        self._store.let_be(session)

    async def _read_ended(self, session: str) -> list[Event]:
        """All events of a run that is over, with an end where it was cut off. Raises: as ``reopen``."""
        self._refuse_while_running()
        if self._store.running(session):
            raise Refused(
                "The session is not opened", "its run goes on in another window", "look at it there"
            )
        events = await self.read(session)
        self._refuse_while_running()
        return [*events, *_end_of(events)]

    def _refuse_while_running(self) -> None:
        if self._desk.run.running and self.player is None:
            raise Refused("The session is not opened", "a run goes on", "stop it first, or wait for its end")

    def _belongs(self, run: RunState) -> bool:
        """Its files are those of this working tree, as far as is known."""
        workspace = self._desk.ready().workspace
        if run.problem is not None and run.problem.project is not None:
            return Path(run.problem.project.root).is_relative_to(workspace.root)
        return run.base is None or run.base.root in ("", workspace.root_name)

    def _show(self, run: RunState) -> str:
        desk = self._desk
        here = self._belongs(run)
        self._shown = run.session, run.started
        desk.show(run, run.target if here else "")
        if run.problem is not None and run.problem.project is not None and not here:
            return f"It is a change of {run.problem.project.root}: it is only shown here, and not written"
        if here or run.base is None:
            return ""
        return f"It was run in {run.base.root}: its programs are placed into no file here"


def _end_of(events: Sequence[Event]) -> list[Event]:
    """What is shown, and not stored, where a run has no end of its own."""
    starts = [place for place, event in enumerate(events) if isinstance(event, RunStarted | StageStarted)]
    ends = [place for place, event in enumerate(events) if isinstance(event, RunEnded)]
    if not starts or (ends and ends[-1] > starts[-1]):
        return []
    last, seconds = events[-1].at, max(0.0, events[-1].at - events[0].at)
    what, why = "This run was cut off", "the app was ended in the middle of it"
    todo = "ask for more candidates (m), or run it again from the sessions (F6)"
    return [
        Failed(at=last, what=what, why=why, todo=todo),
        RunEnded(at=last, outcome=Outcome.FAILED, seconds=seconds),
    ]


def _read(database: Path, session: str) -> list[Event]:
    """In a thread, which needs a connection of its own."""
    from atlas_tui.store import Store

    store = Store(database)
    try:
        return list(store.events(session))
    finally:
        store.close()


def _write(path: Path, events: list[Event]) -> None:
    """Raises: InputError."""
    from atlas_tui.store import export, saving

    saving.write(path, export.json_lines(events) if path.suffix == ".jsonl" else export.markdown(events))


async def _picture(database: Path, session: str, path: Path, screen: str) -> None:
    """By a process of its own: two apps do not share one. Raises: AtlasError."""
    command = ("-m", "atlas_tui.ui.shot", session, str(path), "--screen", screen, "--database", str(database))
    pipe = asyncio.subprocess.PIPE
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=null, stdout=null, stderr=pipe
    )
    try:
        _, told = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        lines = told.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
        raise AtlasError("The picture is not written", lines[-1], "see the log, or export it as .md")
