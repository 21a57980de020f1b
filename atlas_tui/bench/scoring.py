"""The scoring tests, run once for each distinct program and only after the choice."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable

from atlas_tui.bench.judged import Judged
from atlas_tui.bench.records import Record, Written
from atlas_tui.bench.task import Task
from atlas_tui.bench.walk import Attempt, Walk
from atlas_tui.errors import AtlasError
from atlas_tui.sandbox.base import Sandbox

log = logging.getLogger(__name__)

Judge = Callable[[Sandbox, Task, str], Awaitable[Judged]]
_AT_ONCE = 2
"""Programs that are scored at the same time; the model waits for the evidence of others, which goes first."""


class Scorer:
    """Scores what was written. What was scored once, under whatever condition, is not run again."""

    def __init__(self, sandbox: Sandbox, judge: Judge) -> None:
        self._sandbox, self._judge = sandbox, judge
        self._known: dict[tuple[str, bytes], asyncio.Task[Judged]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def written(self, task: Task, walk: Walk) -> tuple[Written, ...]:
        """Every attempt with its score. A walk that failed has no choice."""
        judged = await asyncio.gather(*(self._judged(task, each.text) for each in walk.attempts))
        chosen = None if walk.failed else walk.chosen
        return tuple(
            _written(attempt, one, chosen=place == chosen)
            for place, (attempt, one) in enumerate(zip(walk.attempts, judged, strict=True))
        )

    async def _judged(self, task: Task, text: str) -> Judged:
        key = (task.id, hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())
        if key not in self._known:
            self._known[key] = asyncio.ensure_future(self._once(task, text))
        return await asyncio.shield(self._known[key])

    async def _once(self, task: Task, text: str) -> Judged:
        async with self._slots:
            try:
                return await self._judge(self._sandbox, task, text)
            except AtlasError as error:
                return Judged(right=None, why=error.one_line())
            except Exception as error:
                # A fault of ours in one judge must not take hours of other results with it.
                log.exception("%s could not be scored", task.id)
                return Judged(right=None, why=f"something broke while it was scored: {error!r}")

    async def close(self) -> None:
        """End what is still being scored."""
        for each in self._known.values():
            each.cancel()
        await asyncio.gather(*self._known.values(), return_exceptions=True)


def _written(attempt: Attempt, judged: Judged, *, chosen: bool) -> Written:
    return Written(
        label=attempt.label,
        round=attempt.round,
        right=judged.right,
        verdict=judged.verdict,
        why=judged.why,
        parts=judged.parts,
        samples=attempt.samples,
        tokens=attempt.tokens,
        chosen=chosen,
        kept=attempt.kept,
        failure=attempt.failure,
        lens=attempt.lens,
        place=attempt.place,
    )


def record_of(
    task: Task, condition: str, walk: Walk, written: tuple[Written, ...], seed: int, tries: int
) -> Record:
    """Everything that is kept of one problem under one condition, but for when it began."""
    return Record(
        task=task.id,
        condition=condition,
        seed=seed,
        kind=str(task.kind),
        platform=task.platform,
        difficulty=task.difficulty,
        date=task.date,
        written=written,
        first=walk.first,
        state=walk.state,
        probability=walk.probability,
        grade=walk.grade,
        by_lens=walk.by_lens,
        samples=walk.samples,
        steps=tuple(walk.steps),
        costs=tuple(walk.costs),
        seconds=walk.seconds,
        outcome=walk.outcome,
        failed=walk.failed,
        tries=tries,
    )
