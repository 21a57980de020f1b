"""What is sent for the problem on the desk: mentioned files, samples changed by hand, and how large it is."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from atlas_tui.errors import AtlasError
from atlas_tui.ui import context_files
from atlas_tui.ui.run_how import How
from atlas_tui.ui.samples import SampleEdits

if TYPE_CHECKING:
    from atlas_tui.problem import Problem
    from atlas_tui.solver.prompt_size import PromptSize
    from atlas_tui.ui.desk import Desk
    from atlas_tui.ui.drafts import Draft

log = logging.getLogger(__name__)

WAITS = 5.0
"""Most seconds a run waits to learn whether its problem fits."""


class Prompt:
    """Completes the problem as it was read. Disk work runs in threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.mentioned = context_files.Mentioned()
        self.edits = SampleEdits()
        self.how = How()
        """How it is to run, where that is said by hand."""
        self.read: Problem | None = None
        """The problem as the text alone says it."""
        self._size: PromptSize | None = None
        self._sized: tuple[str, str] | None = None
        """Model, and statement with what is shown beside it, that the size is of."""
        self._after: tuple[str, object] | None = None
        """The run that had been when it was counted: each leaves other prompts behind in the model."""

    async def complete(self, problem: Problem) -> Problem:
        """The problem as it will run: with the files its text mentions and the samples as changed by hand."""
        self.read = problem
        problem = self.how.apply(problem)
        if context_files.mentions(problem.statement):
            self.mentioned = await asyncio.to_thread(context_files.find, self._desk.folder, problem.statement)
        else:
            self.mentioned = context_files.Mentioned()
        statement = context_files.with_files(problem.statement, self.mentioned.files)
        if statement != problem.statement:
            problem = replace(problem, statement=statement)
        return self.edits.apply(problem)

    def forget(self) -> None:
        """There is no problem on the desk."""
        self.mentioned, self._size, self._sized = context_files.Mentioned(), None, None
        self.forget_changes()

    def forget_changes(self) -> None:
        """There is another text: what was changed by hand was not about it."""
        self.edits.forget()
        self.how, self.read = How(), None

    def bring(self, draft: Draft, read: Problem | None) -> None:
        """Change by hand again what was changed; ``read`` is its text as it is read, if it can be."""
        if read is not None:
            self.how = draft.how.but(read)
            read = self.how.apply(read)
        if draft.samples is not None:
            # Those of the text are none that were changed by hand.
            self.edits.read = read.samples if read else ()
            self.edits.put(draft.samples, draft.mode)

    @property
    def size(self) -> PromptSize | None:
        """Of the problem on the desk for this model; None where it was not or cannot be counted."""
        return self._size if self._sized == self._key else None

    @property
    def _key(self) -> tuple[str, str] | None:
        backend, problem = self._desk.backend, self._desk.problem
        if backend is None or problem is None:
            return None
        shown = problem.project.context if problem.project else ""
        return backend.model_name, f"{problem.statement}\0{shown}" if shown else problem.statement

    @property
    def unmeasured(self) -> bool:
        """The problem can be counted and was not."""
        backend, problem = self._desk.backend, self._desk.problem
        # A model that is off stays so: only a run loads it, and counting does not hold a run up.
        if backend is None or problem is None or backend.model_state != "ready" or self._desk.run.running:
            return False
        return (self._sized, self._after) != (self._key, self._last)

    @property
    def _last(self) -> tuple[str, object]:
        return self._desk.run.session, self._desk.run.ended

    async def measure(self) -> None:
        """Count the problem's tokens, if it can be done now; what cannot be counted stays unknown."""
        backend, problem = self._desk.backend, self._desk.problem
        if backend is None or problem is None or not self.unmeasured:
            return
        key, after = self._key, self._last
        try:
            size = await backend.prompt_size(problem)
        except AtlasError as error:
            log.info("the problem is not counted: %s", error)
            size = None
        self._size, self._sized, self._after = size, key, after
        self._desk.changed()

    async def check(self) -> None:
        """Raises: AtlasError: a mentioned file cannot be sent, or the problem does not fit the context."""
        context_files.check(self.mentioned.files)
        try:
            async with asyncio.timeout(WAITS):
                await self.measure()
        except TimeoutError:
            log.info("the problem was not counted in time")
        if size := self.size:
            size.check()
