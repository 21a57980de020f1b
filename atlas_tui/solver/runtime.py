"""Engine, sandbox, working tree and store of one app or command, and its runs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from atlas_tui import paths
from atlas_tui.engine.base import Engine, ModelInfo
from atlas_tui.errors import Refused
from atlas_tui.events import (
    Cancelled,
    CandidateStopped,
    Event,
    Failed,
    Outcome,
    RunEnded,
    SubsetTested,
)
from atlas_tui.problem import Limits, Problem, wall_seconds
from atlas_tui.project.base import FileChange
from atlas_tui.sandbox.base import Isolation, Sandbox
from atlas_tui.settings import ModelSettings, RemoteSettings, Settings
from atlas_tui.solver import beginning, commit_message, subset
from atlas_tui.solver.board import Board
from atlas_tui.solver.change import subset as change_subset
from atlas_tui.solver.change.cutting import shortened
from atlas_tui.solver.change.last_opened import LastOpened
from atlas_tui.solver.change.opening import Opened, Wanted, problem_of
from atlas_tui.solver.going_on import recall
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.learning import Learning
from atlas_tui.solver.means import Means, state_words
from atlas_tui.solver.prompt_size import PromptSize, measure
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.recorder import Recorder
from atlas_tui.solver.solve import best_so_far, solve
from atlas_tui.solver.steps import Asked
from atlas_tui.store import Store
from atlas_tui.workspace import Workspace

log = logging.getLogger(__name__)


class Runtime:
    """Owns the model process and the sandbox; runs one problem at a time and records it."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        *,
        engine: Engine | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        """``engine`` and ``sandbox`` replace the local ones. Raises: AtlasError: unusable folder or store."""
        self.workspace = Workspace.open(folder)
        self.store = Store(paths.database())
        self._means = Means(settings, engine, sandbox)
        self._learning = Learning(self.store.path)
        self._opened = LastOpened()
        self._run: asyncio.Task[None] | None = None
        self._writing: tuple[Kit, Recorder] | None = None
        """Of the run that is on, once it has begun."""
        self._record: Recorder | None = None

    @property
    def settings(self) -> Settings:
        """Those in force."""
        return self._means.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        """Without a change of model or sandbox; that is what ``take_settings`` is for."""
        self._means.settings = settings

    @property
    def model_name(self) -> str:
        """The model's name, or its file's while it was not loaded yet."""
        return self._means.model_name

    @property
    def model(self) -> ModelInfo | None:
        """What is known about the loaded model."""
        return self._means.engine.info

    @property
    def model_state(self) -> str:
        """``off``, ``loading``, ``ready`` or ``failed: …``, with what more is known: ``loading 43 %``,
        ``off (unloaded after 30 min idle)``."""
        return state_words(self._means.engine.life)

    async def warm_up(self) -> ModelInfo:
        """Load the model. Raises: EngineError."""
        return await self._means.engine.load()

    async def unload_model(self) -> None:
        """Give the model's memory back, also in the middle of loading; the next run loads it again.

        Raises: Refused: a run is on.
        """
        self._refuse_while_running()
        await self._means.engine.unload()

    async def switch_model(self, chosen: ModelSettings | RemoteSettings) -> ModelInfo:
        """Close this model, then load another. The new one stays chosen when it cannot be loaded.

        Raises: Refused: a run is on; nothing was changed. EngineError: the new model cannot be loaded.
        """
        self._refuse_while_running()
        if isinstance(chosen, RemoteSettings):
            changes: dict[str, object] = {"remote": chosen}
        else:
            changes = {"model": chosen, "remote": RemoteSettings()}
        return await self._means.switch(self.settings.model_copy(update=changes))

    async def take_settings(self, settings: Settings) -> None:
        """Go by other settings from now on: a changed model is loaded at once, the rest counts from the next
        run on. A new model stays chosen when it cannot be loaded.

        Raises: Refused: a run is on and needs what would change; nothing was changed. EngineError: the new
            model cannot be loaded.
        """
        if self._means.concerns_runs(settings):
            self._refuse_while_running()
        await self._means.take(settings)

    def _refuse_while_running(self) -> None:
        if self._run is not None:
            raise Refused("The model is in use", "a run is on", "stop the run first, or wait until it ends")

    async def isolation(self) -> Isolation:
        """What holds candidates on this machine; tried once."""
        return await self._means.sandbox.probe()

    def read(self, text: str | bytes, source: str = "") -> Problem:
        """The problem in ``text``, with the limits of the settings. Raises: InputError."""
        # A file name need not be UTF-8, and what is not cannot be stored.
        problem = read_problem(text, source.encode("utf-8", "replace").decode())
        chosen = self.settings.sandbox
        seconds = chosen.cpu_seconds
        if problem.limits != Limits():
            seconds = max(seconds, problem.limits.cpu_seconds)
        limits = Limits(
            cpu_seconds=seconds,
            wall_seconds=wall_seconds(seconds),
            memory_bytes=chosen.memory_mb << 20,
            output_bytes=chosen.output_kb << 10,
        )
        return replace(problem, limits=limits)

    async def open_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Problem:
        """A change of this folder's repository as a problem: its tests are run where they were not run on it
        as it is, and the model is loaded.

        ``tell`` takes a line about what is done. Raises: AtlasError: it cannot be made one.
        """
        opened = await self._open(wanted, tell)
        engine, chosen = await self._means.settled(), self.settings
        problem = await problem_of(opened, wanted, engine, chosen.project, chosen.solver, tell)
        return await shortened(engine, problem)

    async def check_change(self, wanted: Wanted, tell: Callable[[str], None]) -> Opened:
        """Run the tests of this folder's repository as they are now; no text and no model is needed.

        Raises: AtlasError: they cannot be run.
        """
        return await self._open(wanted, tell, again=True)

    async def _open(self, wanted: Wanted, tell: Callable[[str], None], *, again: bool = False) -> Opened:
        head, sandbox = await asyncio.to_thread(self.workspace.head), self._means.sandbox
        folder, chosen = self.workspace.folder, self.settings.project
        return await self._opened.open(sandbox, folder, head, wanted, chosen, tell, again=again)

    def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        """Solve and record; the first event is ``RunStarted``, the last ``RunEnded``.

        Closing the iterator ends the run at any moment; so does ``cancel()``, but with its last events.
        """

        def pump(record: Recorder) -> Coroutine[None, None, None]:
            begin = partial(beginning.begin, self._means, self.workspace, record, problem, target)
            return self._pump(record, problem, Board(), begin)

        return self._followed(pump)

    def go_on(
        self, session: str, step: Literal["more", "repair"], candidate: str = ""
    ) -> AsyncIterator[Event]:
        """Go on with a session whose run has ended: further candidates, or a repair of ``candidate``.

        The first event is ``GoneOn``, the last ``RunEnded``; they are stored with that session. Ended like
        ``solve``. Raises: Refused: a run is on, or this cannot be done; nothing was begun.
        """
        self._refuse_while_running()
        known, asked = recall(self.store.events(session)), Asked(step, candidate)
        known.check(asked)

        def pump(record: Recorder) -> Coroutine[None, None, None]:
            begin = partial(beginning.begin_again, self._means, record, known, asked)
            return self._pump(record, known.problem, known.board, begin, asked)

        return self._followed(pump, session)

    async def _followed(
        self, pump: Callable[[Recorder], Coroutine[None, None, None]], session: str = ""
    ) -> AsyncIterator[Event]:
        """The events of a run as they come; closing the iterator ends it."""
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._record = Recorder(self.store, events, session)
        run = asyncio.create_task(pump(self._record))
        run.add_done_callback(lambda _: events.put_nowait(None))
        self._run = run
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            self._run = self._writing = self._record = None
        await self._learning.after_run(self.settings.lens)

    async def prompt_size(self, problem: Problem) -> PromptSize:
        """How much of the context the problem takes; loads the model. Raises: EngineError."""
        return await measure(self._means.kit(self.settings.solver.seed or 1), problem)

    async def test_content(
        self, problem: Problem, content: bytes, candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Run the samples on a file's resulting bytes, with these hunks of a candidate taken.

        Never raises for what the program does; ``state`` of the event says why it could not be tested.
        """
        return await subset.test_subset(
            self._means.sandbox, problem, content, candidate=candidate, round_number=round, hunks=hunks
        )

    async def test_files(
        self, problem: Problem, files: Sequence[FileChange], candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Run the tests of a repository with these files in it: a candidate's with these hunks taken.

        Never raises for what the tests do; ``state`` of the event says why they could not be run.
        """
        return await change_subset.test_files(
            self._means.sandbox, problem, files, candidate=candidate, round_number=round, hunks=hunks
        )

    async def propose_message(self, problem: Problem, diff: str) -> str:
        """One line for the commit of this unified diff; the model is loaded for it.

        A plain sentence where the model cannot be loaded, is at work on a run, or gives nothing usable.
        """
        if self._run is not None:
            return commit_message.plain_message(problem, diff)
        kit = self._means.kit(self.settings.solver.seed or 1)
        return await commit_message.propose(kit, problem, diff)

    def stop(self, candidate: str) -> None:
        """Stop what the model writes for this candidate; the run goes on with the others.

        Nothing happens where no run is on, or where it was stopped before.
        """
        if self._writing is None:
            return
        kit, record = self._writing
        if candidate not in kit.stopped:
            kit.stopped.add(candidate)
            kit.engine.cancel([candidate])
            record(CandidateStopped(candidate=candidate))

    def cancel(self) -> None:
        """Stop the run at once, in whatever stage it is."""
        if self._run is not None:
            # A task that is cancelled before its first step never takes it; that step is already queued.
            self._run.get_loop().call_soon(self._run.cancel)

    def cut_off(self) -> None:
        """Stop the run as a kill would: its session stays without an end, and the next start offers it."""
        if self._record is not None:
            self._record.cut()
        self.cancel()

    async def close(self) -> None:
        """Stop everything; no process of ours is left when this returns."""
        if self._run is not None:
            self.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
        await asyncio.gather(self._means.close(), self._learning.close())
        self.store.close()

    async def _pump(
        self,
        record: Recorder,
        problem: Problem,
        board: Board,
        begin: Callable[[], Awaitable[Kit]],
        asked: Asked | None = None,
    ) -> None:
        started, spent, kit = time.monotonic(), board.seconds, None
        try:
            kit = await begin()
            self._writing = (kit, record)
            async for event in solve(kit, problem, board, asked):
                record(event)
        except asyncio.CancelledError:
            if kit is not None and board.chosen is None:
                # What is there is kept: the best of it is chosen, and nothing is run any more.
                best = best_so_far(kit, problem, board, "the run was cancelled")
                if best is not None:
                    record(best)
            record(Cancelled(stage=record.stage))
            record(RunEnded(outcome=Outcome.CANCELLED, seconds=spent + time.monotonic() - started))
        except Exception as error:
            # The last line of defence: whatever went wrong is told, logged and ends this run, not the app.
            log.exception("a run broke")
            fault = Failed(
                what="Something broke in Atlas TUI", why=repr(error), todo="see the log", ours=True
            )
            record(fault)
            record(RunEnded(outcome=Outcome.FAILED, seconds=spent + time.monotonic() - started))
