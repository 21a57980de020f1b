"""Runs a set of problems under conditions: many problems on one engine, each result kept as soon as it is
there.

Problems share the batch of the engine: while one waits for its programs to run, others write. Conditions come
one after another, never mixed, so that time, energy and the load on the engine belong to one of them; a run
that is stopped has whole conditions, and half of one at most. The scoring tests of a problem run after its
choice, while other problems write.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from atlas_tui.bench.conditions import Condition
from atlas_tui.bench.folder import RunFolder
from atlas_tui.bench.keeping import Kept
from atlas_tui.bench.metering import Metering
from atlas_tui.bench.progress import (
    ConditionBegan,
    Message,
    Opened,
    ProblemBegan,
    ProblemEnded,
    Pulse,
    Scoring,
    TriedAgain,
)
from atlas_tui.bench.records import Record
from atlas_tui.bench.scoring import Judge, Scorer, record_of
from atlas_tui.bench.sharing import Pool, Turns
from atlas_tui.bench.sitting import Sitting, Spent
from atlas_tui.bench.task import Task
from atlas_tui.bench.walk import Walk
from atlas_tui.bench.walking import walk
from atlas_tui.engine.base import ContextTooSmall, Engine
from atlas_tui.engine.energy import Meter
from atlas_tui.errors import AtlasError
from atlas_tui.lens.scorer import Scorer as LensScorer
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.solver.kit import Kit

log = logging.getLogger(__name__)

PAUSES = (2.0, 10.0, 60.0)
"""Seconds before a problem is tried again that failed because of the server or the model."""
BACKLOG = 3
"""Where scoring is slow, no more problems are begun than so many times those in flight."""
PULSE = 0.5
"""Seconds between two messages about what was spent."""
NOTED = 20
"""Pulses after which that is also written to disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run by this process."""

    tasks: Sequence[Task]
    """Of this process's part, in order."""
    conditions: Sequence[Condition]
    seed: int
    in_flight: int = 16
    """Problems that the model works on at the same time."""
    pauses: Sequence[float] = PAUSES
    again: bool = False
    """Run what failed because of a server, the model or us once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a run works with; whoever made them closes them."""

    engine: Engine
    sandbox: Sandbox
    meter: Meter
    judge: Judge | None = None
    """In place of the official rules of the sets."""
    lens: LensScorer | None = None
    """For the conditions that use it."""


class Runner:
    """One process at work on a folder. ``run`` may be cancelled at any moment: what is done stays."""

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        parts: Parts,
        *,
        sitting: Sitting,
        tell: Callable[[Message], None],
    ) -> None:
        self._plan, self._folder, self._sandbox, self._meter = plan, folder, parts.sandbox, parts.meter
        self._pool, self._tell, self._lens = Pool(parts.engine), tell, parts.lens
        self._scorer = Scorer(parts.sandbox, parts.judge or _official())
        self._sitting = replace(sitting, energy=parts.meter.words)
        self._spent: list[Spent] = []
        self._begun = asyncio.Semaphore(BACKLOG * plan.in_flight)
        """Problems that were begun and have no record yet."""

    async def run(self) -> Sitting:
        """Do what is not done yet; gives what was spent.

        Raises: AtlasError: the model cannot be loaded at all, or nothing can be written.
        """
        plan, names = self._plan, {task.id for task in self._plan.tasks}
        known = [one for one in self._folder.records() if one.task in names and not self._redone(one.failed)]
        self._tell(
            Opened(
                conditions=tuple((one.name, len(plan.tasks)) for one in plan.conditions), records=tuple(known)
            )
        )
        try:
            await self._pool.engine.load()
            done = {(one.condition, one.task) for one in known}
            for condition in plan.conditions:
                left = [task for task in plan.tasks if (condition.name, task.id) not in done]
                if left:
                    await self._condition(condition, left)
            self._sitting = replace(self._sitting, ended=True)
        finally:
            await self._scorer.close()
            self._folder.note(self._sitting)
        return self._sitting

    def _redone(self, failed: str) -> bool:
        return self._plan.again and bool(failed)

    async def _condition(self, condition: Condition, left: Sequence[Task]) -> None:
        self._tell(ConditionBegan(condition=condition.name))
        metering, waiting = Metering(condition.name, self._pool, self._meter), iter(left)
        async with self._beating(metering):
            with _first_error():
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(self._plan.in_flight, len(left))):
                        group.create_task(self._work(condition, waiting, metering, group))

    async def _work(
        self, condition: Condition, waiting: Iterator[Task], metering: Metering, group: asyncio.TaskGroup
    ) -> None:
        """One problem after another; each is scored while the next is begun."""
        for task in waiting:
            await self._begun.acquire()
            started = time.time()
            found, kept, tries = await self._solved(condition, task)
            self._tell(Scoring(condition=condition.name, task=task.id))
            group.create_task(self._score(condition, task, found, kept, (tries, started, metering)))

    async def _solved(self, condition: Condition, task: Task) -> tuple[Walk, Kept, int]:
        """The walk with its events, tried again while the server or the model fails, and how often."""
        tries = 0
        for pause in (*self._plan.pauses, None):
            tries += 1
            self._tell(ProblemBegan(condition=condition.name, task=task.id))
            kept = Kept()
            found, hopeless = await self._once(condition, task, kept)
            if not found.failed or hopeless or pause is None:
                break
            log.warning("%s under %s failed: %s", task.id, condition.name, found.failed)
            self._tell(TriedAgain(condition=condition.name, task=task.id, why=found.failed, pause=pause))
            await asyncio.sleep(pause)
        return found, kept, tries

    async def _once(self, condition: Condition, task: Task, kept: Kept) -> tuple[Walk, bool]:
        """One try, and whether another would end in the same way."""
        share = self._pool.share()
        kit = Kit(
            engine=share,
            sandbox=Turns(self._sandbox, share.prefix),
            settings=condition.settings,
            seed=condition.seed(self._plan.seed, task.id),
            lens=self._lens if condition.lens else None,
        )
        try:
            found = await walk(kit, task, kept)
        except AtlasError as error:
            found = Walk(failed=error.one_line())
        except Exception as error:
            # A fault of ours on one problem is marked there; it must not take the others with it.
            log.exception("%s under %s broke", task.id, condition.name)
            return Walk(failed=f"something broke in Atlas TUI: {error!r}"), True
        return found, isinstance(share.error, ContextTooSmall)

    async def _score(
        self,
        condition: Condition,
        task: Task,
        found: Walk,
        kept: Kept,
        about: tuple[int, float, Metering],
    ) -> None:
        """The one use of the scoring tests, and the record."""
        (tries, started, metering), seed = about, condition.seed(self._plan.seed, task.id)
        try:
            written = await self._scorer.written(task, found)
            record = record_of(task, condition.name, found, written, seed, tries)
            record = replace(record, started=started)
            kept.settle()
            await self._written(record, kept)
            metering.problems += 1
            self._tell(ProblemEnded(record=record))
        finally:
            self._begun.release()

    async def _written(self, record: Record, kept: Kept) -> None:
        """Write the record; one that has begun is written to its end, also where the run is cancelled."""
        writing = asyncio.create_task(asyncio.to_thread(self._folder.write, record, kept.events))
        try:
            await asyncio.shield(writing)
        finally:
            await asyncio.gather(writing, return_exceptions=True)

    # What it takes

    @contextlib.asynccontextmanager
    async def _beating(self, metering: Metering) -> AsyncIterator[None]:
        """Tell what is spent while the block runs, and keep it at its end, however it ends."""
        beating = asyncio.create_task(self._beat(metering))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            self._spent.append(metering.spent())
            self._sitting = replace(self._sitting, conditions=tuple(self._spent), energy=self._meter.words)
            self._tell(Pulse(spent=self._spent[-1]))

    async def _beat(self, metering: Metering) -> None:
        beats = 0
        while True:
            await asyncio.sleep(PULSE)
            beats += 1
            spent = metering.spent()
            self._tell(Pulse(spent=spent))
            if beats % NOTED == 0:
                # Not in a thread: one that ends late would write over what is noted at the end.
                try:
                    self._folder.note(replace(self._sitting, conditions=(*self._spent, spent)))
                except AtlasError as error:  # a record that cannot be written ends the run, and tells why
                    log.warning("what was spent is not noted: %s", error)


def _official() -> Judge:
    from atlas_tui.bench.judging import judge_text

    return judge_text


@contextlib.contextmanager
def _first_error() -> Iterator[None]:
    """Of several problems that end a run together, such as a full disk, the first is told."""
    try:
        yield
    except* AtlasError as several:
        error: BaseException = several
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
