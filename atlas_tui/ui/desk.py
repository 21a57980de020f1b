"""What all screens share: the problem, the run, the change that is under review. No Textual here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import Applied, Committed, Event, Grade, Undone
from atlas_tui.ui.actions import PROBLEM, Now
from atlas_tui.ui.backend import Backend, Held
from atlas_tui.ui.fold import fold
from atlas_tui.ui.state import RunState

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.workspace import Base, Diff

log = logging.getLogger(__name__)

DEFAULT_TARGET = "solution.py"
TEXT_LIMIT = 1_000_000
"""Most bytes of a problem; the reader's limit, told before the text is taken."""


@dataclass(frozen=True, slots=True)
class Review:
    """One candidate's program as a change of the target file."""

    label: str
    target: str
    base: Base
    new: bytes
    diff: Diff


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
        self.problem: Problem | None = None
        self.source = ""
        self.target = DEFAULT_TARGET
        self.run = RunState()
        self.version = 0
        """Counts up with every change that a screen may have to draw."""
        self.label = ""
        """The candidate under review."""
        self.review: Review | None = None
        self.written: Review | None = None
        """The change that stands on disk."""
        self._base: Base | None = None
        self._base_target = ""
        self._disk = asyncio.Lock()

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
        shown = self.review
        return Now(
            screen=screen,
            readable=screen == PROBLEM or self.problem is not None,
            ready=self.backend is not None,
            running=run.running,
            candidates=tuple(entry.label for entry in run.candidates),
            judged=bool(run.runs()),
            usable=run.usable(),
            shown=shown.label if shown else "",
            writable=shown is not None and shown is not self.written and not run.running,
            written=run.applied is not None,
            committed=run.committed is not None,
        )

    async def solve(self, problem: Problem) -> AsyncIterator[Event]:
        """Run the problem to its end; its events have been taken in when they are given on.

        Raises: AtlasError when it cannot even start.
        """
        backend = self._ready()
        self.label, self.review, self.written = "", None, None
        self.run = RunState()
        await self._read_base()
        async for event in backend.solve(problem, self.target):
            self.take(event)
            yield event
        self.label = self.run.chosen.candidate if self.run.chosen else next(iter(self.run.usable()), "")
        self.changed()

    async def refresh_head(self) -> None:
        """Look at the repository again."""
        backend = self._ready()
        async with self._disk:
            self.head = await asyncio.to_thread(backend.workspace.head)
        self.changed()

    async def check_target(self, target: str) -> Base:
        """The file that would be changed, as it is now. Raises: InputError, Refused."""
        backend = self._ready()
        async with self._disk:
            return await asyncio.to_thread(backend.workspace.base, target)

    async def open_review(self, label: str, *, again: bool = False) -> Review:
        """The diff of that candidate against the target file. ``again`` reads the file anew.

        Raises: InputError, Refused, AtlasError.
        """
        backend, run = self._ready(), self.run
        if not self.target:
            raise Refused("There is no target file", "none was named", "name one on the problem screen (F2)")
        shown = self.written if self.written and self.written.label == label and not again else None
        if shown is None:
            if again or self._base is None or self._base_target != self.target:
                await self._read_base()
            base, code = self._base, run.code_of(label)
            assert base is not None and run.problem is not None
            workspace, entry = backend.workspace, run.problem.entry_point
            async with self._disk:
                new = await asyncio.to_thread(workspace.place, base, code, entry)
                diff = await asyncio.to_thread(workspace.diff, base, new)
            shown = Review(label, self.target, base, new, diff)
        self.label, self.review = label, shown
        self.changed()
        return shown

    async def accept(self) -> Applied:
        """Write what is under review. Raises: Refused, AtlasError."""
        backend, review = self._ready(), self.review
        assert review is not None
        async with self._disk:
            # The person was asked wherever the base wants it.
            applied = await asyncio.to_thread(
                backend.workspace.apply, review.base, review.new, self.run.session, confirmed=True
            )
        # Written or undone, the file is another one now: the next diff needs a fresh look at it.
        self.written, self._base = review, None
        await self._record(applied)
        return applied

    async def undo(self) -> Undone:
        """Put back the bytes that were there before. Raises: Refused, AtlasError."""
        backend, applied = self._ready(), self.run.applied
        assert applied is not None
        async with self._disk:
            undone = await asyncio.to_thread(backend.workspace.undo, applied.entry)
        self.written, self._base = None, None
        await self._record(undone)
        return undone

    async def commit(self, message: str) -> Committed:
        """Commit the written file alone. Raises: Refused, AtlasError."""
        backend, applied = self._ready(), self.run.applied
        assert applied is not None
        async with self._disk:
            committed = await asyncio.to_thread(backend.workspace.commit, [applied.path], message)
        await self._record(committed)
        return committed

    def doubt(self, label: str) -> str:
        """Why this candidate should not be written unseen; empty when it passed all samples."""
        chosen = self.run.chosen
        if chosen and chosen.candidate == label:
            if chosen.grade is not Grade.UNVERIFIED:
                return ""
            if not chosen.samples:
                return "nothing was checked"
            return f"it passes {chosen.passed} of {chosen.samples} samples"
        entry = self.run.candidate(label)
        standing = entry.standing if entry else None
        samples = len(self.run.problem.samples) if self.run.problem else 0
        passed = standing.passed if standing else 0
        if samples and passed == samples:
            return ""
        return f"it passes {passed} of {samples} samples" if samples else "nothing was checked"

    async def _read_base(self) -> None:
        self._base, self._base_target = None, self.target
        if self.target:
            self._base = await self.check_target(self.target)

    async def _record(self, event: Applied | Undone | Committed) -> None:
        """Show it and store it; the change on disk stands, whatever the store says."""
        self.take(event)
        if self.run.session:
            try:
                self._ready().store.append(self.run.session, event)
            except AtlasError as error:
                log.error("%s is not recorded: %s", event.kind, error)
        await self.refresh_head()

    def _ready(self) -> Backend:
        if self.backend is None:
            raise Refused("Not ready yet", "the app is still starting", "try again in a moment")
        return self.backend
