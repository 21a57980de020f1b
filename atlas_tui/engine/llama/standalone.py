"""Embeddings of given texts: read on spare sequences, a few rows a step, beside what is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from atlas_tui.engine.llama.context import Batch, Context, NoRoom
from atlas_tui.engine.llama.pool import mean_vector
from atlas_tui.engine.llama.prefix import PrefixCache
from atlas_tui.events import Vector

ORIGIN = "standalone-mean"
"""The mean over a text that was read alone: another vector than that of the same text in its context."""


@dataclass(slots=True, eq=False)
class _Text:
    tokens: list[int]
    place: int
    job: _Job
    slot: int = -1
    read: int = 0
    total: npt.NDArray[np.float64] | None = None


@dataclass(slots=True)
class _Job:
    vectors: list[Vector | None]
    done: Callable[[list[Vector | None]], None]
    open: int = field(default=0)


class Standalone:
    """The texts that wait to be embedded."""

    def __init__(self, context: Context, batch: Batch, cache: PrefixCache) -> None:
        self._context, self._batch, self._cache = context, batch, cache
        self._texts: deque[_Text] = deque()

    @property
    def busy(self) -> bool:
        return bool(self._texts)

    def add(self, texts: list[list[int]], done: Callable[[list[Vector | None]], None]) -> None:
        """Queue texts as tokens, none empty; ``done`` is given a vector each, None where it is not finite."""
        job = _Job([None] * len(texts), done, len(texts))
        self._texts += [_Text(tokens, place, job) for place, tokens in enumerate(texts)]
        if not texts:
            done([])

    def abandon(self) -> None:
        self._texts.clear()

    def step(self) -> None:
        """Read the next rows of the first texts (``llama_set_embeddings``). Raises: NativeError."""
        rows = self._fill()
        try:
            self._context.decode(self._batch, hidden=True)
        except NoRoom:
            if self._cache.evict():
                return  # once more in the next step, with more room
            raise
        for row, text in enumerate(rows):
            hidden = self._context.hidden(row).astype(np.float64)
            text.total = hidden if text.total is None else text.total + hidden
            text.read += 1
        for text in dict.fromkeys(rows):
            if text.read == len(text.tokens):
                self._finish(text)

    def _fill(self) -> list[_Text]:
        """One batch of rows; gives each row's text."""
        self._batch.clear()
        rows: list[_Text] = []
        for text in self._texts:
            if text.slot < 0:
                slot = self._cache.take()
                if slot is None:
                    break
                text.slot = slot
            left = min(len(text.tokens) - text.read, self._context.outputs - len(rows))
            for position in range(text.read, text.read + left):
                self._batch.add(text.tokens[position], position, (text.slot,), output=True)
                rows.append(text)
            if len(rows) == self._context.outputs:
                break
        return rows

    def _finish(self, text: _Text) -> None:
        self._texts.remove(text)
        self._cache.give(text.slot)
        job = text.job
        if text.total is not None:
            job.vectors[text.place] = mean_vector(text.total, text.read, ORIGIN)
        job.open -= 1
        if not job.open:
            job.done(job.vectors)
