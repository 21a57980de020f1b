"""Engine, sandbox, working tree and store of one app or command, and its runs."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

from atlas_tui import __version__, paths
from atlas_tui.engine.base import Engine, Life, LifeState, ModelInfo
from atlas_tui.engine.opening import model_name, open_engine
from atlas_tui.errors import AtlasError, Refused
from atlas_tui.events import (
    BaseRead,
    Cancelled,
    Event,
    Failed,
    Outcome,
    ProblemRead,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
    SubsetTested,
)
from atlas_tui.problem import Limits, Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Sandbox
from atlas_tui.settings import ModelSettings, RemoteSettings, Settings
from atlas_tui.solver import commit_message, subset
from atlas_tui.solver.board import Board
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.solve import best_so_far, solve
from atlas_tui.store import Store, new_session_id
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
        settings = self.settings.model_copy(update=changes)
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

    async def solve(self, problem: Problem, target: str = "") -> AsyncIterator[Event]:
        """Solve and record; the first event is ``RunStarted``, the last ``RunEnded``.

        Closing the iterator ends the run at any moment; so does ``cancel()``, but with its last events.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        run = asyncio.create_task(self._pump(problem, target, events))
        run.add_done_callback(lambda _: events.put_nowait(None))
        self._run = run
        try:
            while (event := await events.get()) is not None:
                yield event
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
            self._run = None

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

    async def _pump(self, problem: Problem, target: str, events: asyncio.Queue[Event | None]) -> None:
        record, board = _Recorder(self.store, events), Board()
        started, kit = time.monotonic(), None
        try:
            kit = await self._begin(record, problem, target)
            async for event in solve(kit, problem, board):
                record(event)
        except asyncio.CancelledError:
            if kit is not None and board.chosen is None:
                # What is there is kept: the best of it is chosen, and nothing is run any more.
                best = best_so_far(kit, problem, board, "the run was cancelled")
                if best is not None:
                    record(best)
            record(Cancelled(stage=record.stage))
            record(RunEnded(outcome=Outcome.CANCELLED, seconds=time.monotonic() - started))
        except Exception as error:
            # The last line of defence: whatever went wrong is told, logged and ends this run, not the app.
            log.exception("a run broke")
            fault = Failed(
                what="Something broke in Atlas TUI", why=repr(error), todo="see the log", ours=True
            )
            record(fault)
            record(RunEnded(outcome=Outcome.FAILED, seconds=time.monotonic() - started))

    async def _begin(self, record: _Recorder, problem: Problem, target: str) -> Kit:
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


class _Recorder:
    """Stores each event and hands it on; a store that cannot write is told once."""

    def __init__(self, store: Store, events: asyncio.Queue[Event | None]) -> None:
        self.session, self.stage = new_session_id(), Stage.READ
        self._store, self._events, self._broken = store, events, False

    def __call__(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self.stage = event.stage
        if not self._broken:
            try:
                self._store.append(self.session, event)
            except AtlasError as error:
                self._broken = True
                log.error("the session is no longer recorded: %s", error)
                self._events.put_nowait(
                    Failed(what=error.what, why=error.why, todo="the run goes on unrecorded")
                )
        self._events.put_nowait(event)
