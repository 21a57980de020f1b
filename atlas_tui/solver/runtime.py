"""Engine, sandbox, working tree and store of one app or command, and its runs."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from atlas_tui import __version__, paths
from atlas_tui.engine.base import Engine, Life, LifeState, ModelInfo
from atlas_tui.engine.opening import model_name, open_engine
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import (
    BaseRead,
    Cancelled,
    CandidateStopped,
    Event,
    Failed,
    GoneOn,
    Outcome,
    ProblemRead,
    RunEnded,
    RunStarted,
    SubsetTested,
)
from atlas_tui.problem import Limits, Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Sandbox
from atlas_tui.settings import ModelSettings, RemoteSettings, Settings
from atlas_tui.solver import commit_message, subset
from atlas_tui.solver.board import Board
from atlas_tui.solver.going_on import Known, recall
from atlas_tui.solver.kit import Kit
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
        self.settings = settings
        self.workspace = Workspace.open(folder)
        self.store = Store(paths.database())
        self._engine = engine or open_engine(settings)
        self._sandbox = sandbox or LocalSandbox(settings.sandbox)
        self._run: asyncio.Task[None] | None = None
        self._writing: tuple[Kit, Recorder] | None = None
        """Of the run that is on, once it has begun."""
        self._name = ""
        self._switching = asyncio.Lock()

    @property
    def model_name(self) -> str:
        """The model's name, or its file's while it was not loaded yet."""
        if self._engine.info:
            self._name = self._engine.info.name
        return self._name or model_name(self.settings)

    @property
    def model(self) -> ModelInfo | None:
        """What is known about the loaded model."""
        return self._engine.info

    @property
    def model_state(self) -> str:
        """``off``, ``loading``, ``ready`` or ``failed: …``, with what more is known: ``loading 43 %``,
        ``off (unloaded after 30 min idle)``."""
        return state_words(self._engine.life)

    async def warm_up(self) -> ModelInfo:
        """Load the model. Raises: EngineError."""
        return await self._engine.load()

    async def unload_model(self) -> None:
        """Give the model's memory back, also in the middle of loading; the next run loads it again.

        Raises: Refused: a run is on.
        """
        self._refuse_while_running()
        await self._engine.unload()

    async def switch_model(self, chosen: ModelSettings | RemoteSettings) -> ModelInfo:
        """Close this model, then load another. The new one stays chosen when it cannot be loaded.

        Raises: Refused: a run is on; nothing was changed. EngineError: the new model cannot be loaded.
        """
        self._refuse_while_running()
        if isinstance(chosen, RemoteSettings):
            changes: dict[str, object] = {"remote": chosen}
        else:
            changes = {"model": chosen, "remote": RemoteSettings()}
        return await self._switch(self.settings.model_copy(update=changes))

    async def take_settings(self, settings: Settings) -> None:
        """Go by other settings from now on: a changed model is loaded at once, the rest counts from the next
        run on. A new model stays chosen when it cannot be loaded.

        Raises: Refused: a run is on and needs what would change; nothing was changed. EngineError: the new
            model cannot be loaded.
        """
        old = self.settings
        switched = (settings.model, settings.remote) != (old.model, old.remote)
        if switched or settings.sandbox != old.sandbox:
            self._refuse_while_running()
        self.settings = settings.model_copy(update={"model": old.model, "remote": old.remote})
        if settings.sandbox != old.sandbox:
            gone, self._sandbox = self._sandbox, LocalSandbox(settings.sandbox)
            await gone.close()
        if switched:
            await self._switch(settings)

    async def _switch(self, settings: Settings) -> ModelInfo:
        async with self._switching:
            # Both models at once may not fit into memory: the old one is gone before the new one loads.
            fresh, old = open_engine(settings), self._engine
            self._engine, self.settings, self._name = fresh, settings, ""
            await old.close()
        return await fresh.load()

    def _refuse_while_running(self) -> None:
        if self._run is not None:
            raise Refused("The model is in use", "a run is on", "stop the run first, or wait until it ends")

    async def isolation(self) -> Isolation:
        """What holds candidates on this machine; tried once."""
        return await self._sandbox.probe()

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
            wall_seconds=max(3 * seconds, seconds + 2),
            memory_bytes=chosen.memory_mb << 20,
            output_bytes=chosen.output_kb << 10,
        )
        return replace(problem, limits=limits)

    def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        """Solve and record; the first event is ``RunStarted``, the last ``RunEnded``.

        Closing the iterator ends the run at any moment; so does ``cancel()``, but with its last events.
        """

        def pump(record: Recorder) -> Coroutine[None, None, None]:
            return self._pump(record, problem, Board(), partial(self._begin, record, problem, target))

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
            begin = partial(self._begin_again, record, known, asked)
            return self._pump(record, known.problem, known.board, begin, asked)

        return self._followed(pump, session)

    async def _followed(
        self, pump: Callable[[Recorder], Coroutine[None, None, None]], session: str = ""
    ) -> AsyncIterator[Event]:
        """The events of a run as they come; closing the iterator ends it."""
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        run = asyncio.create_task(pump(Recorder(self.store, events, session)))
        run.add_done_callback(lambda _: events.put_nowait(None))
        self._run = run
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            self._run = self._writing = None

    async def prompt_size(self, problem: Problem) -> PromptSize:
        """How much of the context the problem takes; loads the model. Raises: EngineError."""
        chosen = self.settings.solver
        kit = Kit(engine=self._engine, sandbox=self._sandbox, settings=chosen, seed=chosen.seed or 1)
        return await measure(kit, problem)

    async def test_content(
        self, problem: Problem, content: bytes, candidate: str, round: int, hunks: Sequence[int]
    ) -> SubsetTested:
        """Run the samples on a file's resulting bytes, with these hunks of a candidate taken.

        Never raises for what the program does; ``state`` of the event says why it could not be tested.
        """
        return await subset.test_subset(
            self._sandbox, problem, content, candidate=candidate, round_number=round, hunks=hunks
        )

    async def propose_message(self, problem: Problem, diff: str) -> str:
        """One line for the commit of this unified diff; the model is loaded for it.

        A plain sentence where the model cannot be loaded, is at work on a run, or gives nothing usable.
        """
        if self._run is not None:
            return commit_message.plain_message(problem, diff)
        chosen = self.settings.solver
        kit = Kit(engine=self._engine, sandbox=self._sandbox, settings=chosen, seed=chosen.seed or 1)
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

    async def close(self) -> None:
        """Stop everything; no process of ours is left when this returns."""
        if self._run is not None:
            self.cancel()
            await asyncio.gather(self._run, return_exceptions=True)
        async with self._switching:
            await asyncio.gather(self._engine.close(), self._sandbox.close())
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

    async def _begin(self, record: Recorder, problem: Problem, target: str) -> Kit:
        """Record what the run begins with, also when it is cancelled while the isolation is tried."""
        chosen = self.settings.solver
        seed = chosen.seed or random.SystemRandom().randrange(1, 1 << 31)
        kit = Kit(engine=self._engine, sandbox=self._sandbox, settings=chosen, seed=seed)
        isolation, base = "unknown", tuple[Event, ...]()
        try:
            base = await asyncio.to_thread(_base_read, self.workspace, target)
            async with self._switching:
                kit = replace(kit, engine=self._engine)
            isolation = str(await self.isolation())
        finally:
            record(
                RunStarted(
                    session=record.session,
                    model=self.model_name,
                    candidates=kit.labels,
                    seed=seed,
                    isolation=isolation,
                    version=__version__,
                    target=target,
                )
            )
            for event in base:
                record(event)
            record(ProblemRead(problem=problem))
        return kit

    async def _begin_again(self, record: Recorder, known: Known, asked: Asked) -> Kit:
        """Record that a run goes on; with the model and the settings of now, and the seed of then."""
        chosen = self.settings.solver
        async with self._switching:
            kit = Kit(engine=self._engine, sandbox=self._sandbox, settings=chosen, seed=known.seed)
        isolation = "unknown"
        try:
            isolation = str(await self.isolation())
        finally:
            event = GoneOn(
                step=asked.kind,
                candidate=asked.candidate,
                model=self.model_name,
                isolation=isolation,
                version=__version__,
            )
            known.board.fold(event)
            record(event)
        return kit


def _base_read(workspace: Workspace, target: str) -> tuple[Event, ...]:
    """The target as it is now. A run goes on without one that cannot be used, and says why."""
    if not target:
        return ()
    try:
        base = workspace.base(target)
    except AtlasError as error:
        return (Failed(what=error.what, why=error.why, todo=error.todo or "choose another target"),)
    commit, dirty = workspace.standing()
    return (
        BaseRead(
            path=base.path,
            exists=base.exists,
            sha256=base.sha256,
            mode=base.mode,
            eol=base.eol,
            encoding=base.encoding,
            final_newline=base.final_newline,
            commit=commit,
            dirty=dirty,
            root=workspace.root_name,
        ),
    )


def state_words(life: Life) -> str:
    """An engine's life in words."""
    match life.state:
        case LifeState.LOADING if life.fraction is not None:
            return f"loading {life.fraction * 100:.0f} %"
        case LifeState.OFF if life.why:
            return f"off ({life.why})"
        case LifeState.FAILED:
            return f"failed: {life.why}"
    return str(life.state)
