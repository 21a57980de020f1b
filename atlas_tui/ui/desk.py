"""What all screens share: the problem, the run, the change that is under review. No Textual here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Applied, Event, Preferred, Redone, Undone
from atlas_tui.ui.actions import PROBLEM, Now
from atlas_tui.ui.aim import Aim
from atlas_tui.ui.archive import Archive
from atlas_tui.ui.backend import Backend, Held
from atlas_tui.ui.benching import Benching
from atlas_tui.ui.changes import Changes
from atlas_tui.ui.fold import fold
from atlas_tui.ui.going_on import goes_on, repairable, stoppable
from atlas_tui.ui.keys import Keymap
from atlas_tui.ui.machine import Machine
from atlas_tui.ui.prompt import Prompt
from atlas_tui.ui.repository import Repository
from atlas_tui.ui.reviewing import Review
from atlas_tui.ui.state import RunState
from atlas_tui.ui.writing import Writing

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.ui.proofs import Place
    from atlas_tui.workspace import Base

log = logging.getLogger(__name__)

TEXT_LIMIT = 1_000_000
"""Most bytes of a problem; the reader's limit, told before the text is taken."""


class Desk:
    """The state of the app outside its widgets. Methods that touch the disk run in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backend: Backend | None = None
        self.held: Held | None = None
        self.fault = ""
        """Why nothing could be set up; empty when it could."""
        self.head = ""
        """The state of the repository in short words."""
        self.dirty: tuple[str, ...] = ()
        """The first files that are not committed as they are."""
        self.problem: Problem | None = None
        self.source = ""
        self.run = RunState()
        self.version = 0
        """Counts up with every change that a screen may have to draw."""
        self.label = ""
        """The candidate under review."""
        self.pointed: Place | None = None
        """The cell that the screen with the comparison is to show next."""
        self.disk = asyncio.Lock()
        """One thing at a time is done to the working tree."""
        self.keys = Keymap()
        """The keys that the person has changed."""
        self.calm = False
        """As little as possible moves."""
        self.aim = Aim(self)
        self.prompt = Prompt(self)
        self.repository = Repository(self)
        self.changes = Changes(self)
        self.writing = Writing(self)
        self.machine = Machine(self)
        self.archive = Archive(self)
        self.bench = Benching(self)

    @property
    def review(self) -> Review | None:
        """The change that is shown."""
        return self.changes.review

    @property
    def target(self) -> str:
        """The file that programs are placed into; setting it is naming it as the person does."""
        return self.aim.placing[0]

    @target.setter
    def target(self, path: str) -> None:
        self.aim.name(path)

    @property
    def whole_file(self) -> bool:
        """A program replaces all of that file."""
        return self.aim.placing[1]

    def clock(self) -> float:
        """The time that screens draw for, in seconds since the epoch; that of the recording in a replay."""
        return self.archive.player.now() if self.archive.player else time.time()

    def show(self, run: RunState, target: str) -> None:
        """Show a recorded run, whose programs go into ``target``; none where that is empty."""
        self.changes.forget()
        self.writing.forget()
        self.run = run
        self.label = run.chosen.candidate if run.chosen else next(iter(run.usable()), "")
        self.aim.place(target)
        self.changed()

    def changed(self) -> None:
        """Something that is shown has changed."""
        self.version += 1

    def take(self, event: Event) -> None:
        """Take in one event of the run."""
        self.run = fold(self.run, event)
        self.changed()

    def now(self, screen: str) -> Now:
        """What the possibility of actions depends on."""
        run = self.run
        now = Now(
            screen=screen,
            readable=screen == PROBLEM or self.problem is not None,
            problem=self.problem is not None,
            ready=self.backend is not None,
            switchable=self.aim.switchable and not self.repository.on,
            running=run.running,
            goes_on=self.backend is not None and goes_on(run) and self.archive.player is None,
            stoppable=stoppable(run) if self.archive.player is None else (),
            repairable=repairable(run) if self.archive.player is None else (),
            candidates=tuple(entry.label for entry in run.candidates),
            thought=any(entry.thought for entry in run.candidates),
            judged=bool(run.runs()),
            repaired=any(entry.repairs for entry in run.candidates),
            usable=run.usable(),
            written=bool(run.writes),
            undone=bool(run.taken_back),
            committed=run.committed is not None,
            revertable=run.last_commit is not None and not run.pending,
            tab=self.machine.tab,
            picked=self.machine.picked,
            used=self.machine.used,
            at_work=self.machine.job is not None,
            listed=bool(self.archive.at),
            bench=self.bench.opened is not None,
            benching=self.bench.begun is not None,
            result=self.bench.record is not None,
            replaying=self.archive.player is not None,
        )
        return self._with_review(self._with_repository(now))

    def _with_repository(self, now: Now) -> Now:
        repository = self.repository
        return replace(
            now,
            changeable=repository.offered,
            change=repository.on,
            checking=repository.working,
            failing=repository.on and bool(repository.failing),
            left_out=repository.on and bool(repository.left_out),
        )

    def _with_review(self, now: Now) -> Now:
        changes = self.changes
        shown, writable = changes.review, changes.writable and not self.run.running
        selectable = (
            writable and shown is not None and changes.compared is None and bool(shown.file.change.hunks)
        )
        return replace(
            now,
            shown=shown.label if shown else "",
            files=len(shown.files) if shown else 0,
            hunks=shown is not None and bool((changes.compared or shown.file.change).hunks),
            sides=len(changes.sides),
            selectable=selectable,
            writable=writable and shown is not None and bool(shown.to_write()),
            testable=writable
            and shown is not None
            and any(file.writes for file in shown.judged)
            and not changes.testing,
            moved=bool(changes.moved),
        )

    async def solve(self, problem: Problem) -> AsyncIterator[Event]:
        """Run the problem to its end; its events have been taken in when they are given on.

        Raises: AtlasError when it cannot even start.
        """
        backend = self.ready()
        # A replay that is still on would put its end in the place of this run.
        self.archive.leave_replay()
        self.label = ""
        self.changes.forget()
        self.writing.forget()
        self.run = RunState()
        if problem.project is None:
            await self.aim.settle(problem)
            self.aim.begin()
        else:
            self.aim.place("")  # A change has the files that it changes.
        await self.changes.read_base()
        async for event in backend.solve(problem, self.target):
            self.take(event)
            yield event
        self.label = self.run.chosen.candidate if self.run.chosen else next(iter(self.run.usable()), "")
        self.changed()

    async def go_on(self, step: Literal["more", "repair"], candidate: str = "") -> AsyncIterator[Event]:
        """Let the run go on that has ended; its events have been taken in when they are given on.

        Raises: Refused: that cannot be done, and the run stays as it is.
        """
        async for event in self.ready().go_on(self.run.session, step, candidate):
            if not self.run.running:
                # A repaired program is another one: its change is made anew.
                self.changes.close()
            self.take(event)
            yield event
        self.label = self.run.chosen.candidate if self.run.chosen else next(iter(self.run.usable()), "")
        self.changed()

    async def prefer(self, label: str) -> str:
        """Record that the person prefers this candidate, and review it; where it was preferred, take it back.

        Gives the label that is preferred now, empty where none is. Raises: Refused: it has no program.
        """
        run = self.run
        if label not in run.usable():
            raise Refused(f"Candidate {label} cannot be preferred", "it has no program", "choose another one")
        chosen, back = run.chosen, run.preferred is not None and run.preferred.candidate == label
        said = Preferred(
            candidate="" if back else label,
            round=0 if back else run.round_of(label),
            over=chosen.candidate if chosen else "",
            over_round=chosen.round if chosen else 0,
        )
        self.label = chosen.candidate if back and chosen else label
        await self.record(run.session, said)
        return said.candidate

    async def refresh_head(self) -> None:
        """Look at the repository again."""
        backend = self.ready()
        async with self.disk:
            self.head = await asyncio.to_thread(backend.workspace.head)
            _, self.dirty = await asyncio.to_thread(backend.workspace.standing)
        self.changed()

    async def check_target(self, target: str) -> Base:
        """The file that would be changed, as it is now. Raises: InputError, Refused."""
        backend = self.ready()
        async with self.disk:
            return await asyncio.to_thread(backend.workspace.base, target)

    async def record(self, session: str, *events: Event) -> None:
        """Store them with that session, and show them while it is the one on the screen.

        What they tell stands on disk, whatever the store says.
        """
        for event in events:
            self.repository.written += isinstance(event, Applied | Undone | Redone)
            if session == self.run.session:
                self.take(event)
            if session:
                try:
                    self.ready().store.append(session, event)
                except AtlasError as error:
                    log.error("%s is not recorded: %s", type(event).__name__, error)
        await self.refresh_head()

    def ready(self) -> Backend:
        """The runtime. Raises: Refused: it is not there yet."""
        if self.backend is None:
            raise Refused("Not ready yet", "the app is still starting", "try again in a moment")
        return self.backend
