"""How a stage is run: between its start and end, restarted once, within its budgets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable

from atlas_tui.engine.base import ModelDied
from atlas_tui.events import Event, Failed, Stage, StageEnded, StageStarted
from atlas_tui.solver.budgets import Ledger, stage_limit
from atlas_tui.solver.kit import Kit

log = logging.getLogger(__name__)

StageEvents = Callable[[], AsyncIterator[Event]]


class Staging:
    """Runs the stages of one run."""

    def __init__(self, kit: Kit, ledger: Ledger) -> None:
        self._kit, self._ledger = kit, ledger
        self._restarts_left = 1

    async def run(self, stage: Stage, events: StageEvents, *, model: bool = True) -> AsyncIterator[Event]:
        """One stage between its start and end; done once more when the model process died.

        The model is loaded first, unless ``model`` is false.
        """
        started = time.monotonic()
        self._ledger.begin_stage(stage)
        yield self._begun(stage)
        try:
            async for event in self._once(events, model):
                yield event
        except ModelDied as error:
            if not self._restarts_left:
                raise
            self._restarts_left -= 1
            log.warning("the model process died in stage %s: %s\n%s", stage, error, error.log)
            yield Failed(
                what=error.what, why=error.why, todo="it is started again and the stage repeated", ours=True
            )
            yield self._begun(stage)
            async for event in self._once(events, model):
                yield event
        reached = self._ledger.reached()
        told = self._ledger.report(stage, reached) if reached else None
        if told:
            yield told
        yield StageEnded(stage=stage, seconds=time.monotonic() - started)

    def _begun(self, stage: Stage) -> StageStarted:
        tokens, seconds = stage_limit(self._kit.settings, stage)
        thinking = self._kit.thinking if stage is Stage.GENERATE else 0
        return StageStarted(stage=stage, most_tokens=tokens, most_seconds=seconds, most_thinking=thinking)

    async def _once(self, events: StageEvents, model: bool) -> AsyncIterator[Event]:
        if model:
            with self._ledger.pause():
                await self._kit.engine.load()
        async for event in events():
            yield event

    async def in_time(self, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
        """The events until the seconds are used up; for work that cannot be told to end with what it has."""
        while True:
            limit = asyncio.timeout(self._ledger.seconds_left())
            try:
                async with limit:
                    event = await anext(events)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if not limit.expired():
                    raise
                return
            yield event
