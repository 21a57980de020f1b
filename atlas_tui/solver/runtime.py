"""Engine, sandbox, working tree and store of one app or command, and its runs."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from atlas_tui import __version__, paths
from atlas_tui.engine import bundled_model_path
from atlas_tui.engine.base import Engine, ModelInfo
from atlas_tui.engine.llama.client import LlamaEngine
from atlas_tui.errors import AtlasError
from atlas_tui.events import (
    Cancelled,
    Event,
    Failed,
    Outcome,
    ProblemRead,
    RunEnded,
    RunStarted,
    Stage,
    StageStarted,
)
from atlas_tui.problem import Limits, Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Sandbox
from atlas_tui.settings import Settings
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.solve import solve
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
        self.model_state = "off"
        self._engine = engine or LlamaEngine(settings.model)
        self._sandbox = sandbox or LocalSandbox(settings.sandbox)
        self._run: asyncio.Task[None] | None = None

    @property
    def model_name(self) -> str:
        """The model's name, or its file's while it is not loaded."""
        info = self._engine.info
        return info.name if info else Path(self.settings.model.path or bundled_model_path()).stem

    @property
    def model(self) -> ModelInfo | None:
        """What is known about the loaded model."""
        return self._engine.info

    async def warm_up(self) -> ModelInfo:
        """Load the model. Raises: EngineError."""
        self.model_state = "loading"
        try:
            info = await self._engine.load()
        except AtlasError as error:
            self.model_state = f"failed: {error}"
            raise
        self.model_state = "ready"
        return info

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
        await asyncio.gather(self._engine.close(), self._sandbox.close())
        self.model_state = "off"
        self.store.close()

    async def _pump(self, problem: Problem, target: str, events: asyncio.Queue[Event | None]) -> None:
        record = _Recorder(self.store, events)
        started = time.monotonic()
        try:
            kit = await self._begin(record, problem, target)
            async for event in solve(kit, problem):
                if self._engine.info is not None:
                    self.model_state = "ready"
                record(event)
        except asyncio.CancelledError:
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
        isolation = "unknown"
        try:
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
            record(ProblemRead(problem=problem))
        return kit


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
