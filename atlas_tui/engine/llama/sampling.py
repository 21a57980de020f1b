"""How the next token of a sequence is drawn: llama.cpp's samplers on the few tokens that can win."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as ll

from atlas_tui.engine.base import Sampler
from atlas_tui.engine.llama.context import Floats
from atlas_tui.engine.llama.grammar import CompiledGrammar
from atlas_tui.engine.llama.native import Model, NativeError
from atlas_tui.engine.llama.softmax import Ids, Softmax, aligned

DEFAULT_SEED = 0xFFFFFFFF
"""``LLAMA_DEFAULT_SEED``: to llama.cpp this one seed means a random one, so it is never passed on."""

_FOLD = 64
"""A row of logits is looked at as this many lines, one below the other."""
_LEAST_TOP = 16
"""The likeliest tokens, at least this many, are summed in double precision."""
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""``llama_token_data``."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn token and the model's own distribution there (softmax of the raw logits, before any sampler).

    Both numbers are in nats, and NaN when they were not asked for.
    """

    token: int
    logprob: float
    """Of the drawn token."""
    entropy: float


@dataclass(frozen=True, slots=True)
class _Top:
    """The likeliest tokens in the order of their ids; every other is less likely than each of them."""

    ids: Ids
    logits: Floats
    peak: float


class _Candidates:
    """A ``llama_token_data_array`` over memory of numpy."""

    def __init__(self, size: int) -> None:
        self._rows = np.zeros(size, _TOKEN_DATA)
        self._ids, self._logits = self._rows["id"], self._rows["logit"]
        self._pointer = ctypes.cast(self._rows.ctypes.data, ll.llama_token_data_p)
        self._array: Any = ll.llama_token_data_array()
        self._reference = ctypes.byref(self._array)

    def fill(self, ids: Ids, logits: Floats) -> None:
        self._ids[: ids.size] = ids
        self._logits[: ids.size] = logits
        self._array.data, self._array.size = self._pointer, ids.size
        self._array.selected, self._array.sorted = -1, False

    def one(self, token: int) -> None:
        """Hold this one token."""
        self._ids[0], self._logits[0] = token, 0.0
        self._array.data, self._array.size = self._pointer, 1
        self._array.selected, self._array.sorted = -1, False

    def apply(self, sampler: Any) -> None:
        ll.llama_sampler_apply(sampler, self._reference)

    def selected(self) -> int:
        """The token that was chosen. Raises: NativeError when none was."""
        place = self._array.selected
        if not 0 <= place < self._array.size:
            raise NativeError("the sampler chose no token")
        # A sampler may have put its own memory in place of ours.
        return int(self._array.data[place].id)

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Which of the tokens a grammar left (it takes the others to minus infinity, in place)."""
        return self._logits[: self._array.size] > -np.inf


class _Scratch:
    """Buffers for one row of a vocabulary of ``size`` tokens. One thread, one row at a time."""

    def __init__(self, size: int) -> None:
        self.candidates = _Candidates(size)
        self.single = _Candidates(1)
        self.every: Ids = np.arange(size)
        self.biased = aligned(size)
        self._columns = size // _FOLD
        self._folded = self._columns * _FOLD
        self._peaks = np.empty(self._columns, np.float32)
        self.softmax = Softmax(size)

    def top(self, logits: Floats, least: int) -> _Top:
        """The ``least`` likeliest tokens, and whatever else is as likely as the last of them.

        Exact: the row is folded into columns. The ``least`` highest column peaks belong to as many tokens,
        so the lowest of these peaks is below none of the likeliest tokens; only columns that reach it hold
        one. Raises: NativeError when a logit is not a number or none is finite.
        """
        if least >= self._columns:
            return _Top(self.every, logits, _finite(logits.max()))
        lines, rest = logits[: self._folded].reshape(_FOLD, self._columns), logits[self._folded :]
        peaks = np.maximum.reduce(lines, axis=0, out=self._peaks)
        peak = _finite(np.maximum(peaks.max(), rest.max()) if rest.size else peaks.max())
        cut = np.partition(peaks, self._columns - least)[self._columns - least]
        columns = (peaks >= cut).nonzero()[0]
        line, column = (lines.take(columns, axis=1) >= cut).nonzero()
        ids = line * self._columns + columns.take(column)
        if rest.size:
            ids = np.concatenate((ids, (rest >= cut).nonzero()[0] + self._folded))
        return _Top(ids, logits.take(ids), peak)


@lru_cache(maxsize=2)
def _scratch(size: int) -> _Scratch:
    # All chains of a process run in one thread, one after another: they share the buffers, and the cache
    # of the processor holds one set of them.
    return _Scratch(size)


def _finite(peak: float) -> float:
    if not math.isfinite(peak):
        raise NativeError(f"the highest logit is {peak}: the model's output is broken")
    return float(peak)


class GrammarStuck(NativeError):
    """No token of the vocabulary fits the grammar here; the text so far is all there can be."""


class Chain:
    """The sampler of one sequence (``llama_sampler_chain``), with the grammar of its answer.

    ``top_k`` stands first: the rest then works on a few tokens only. A grammar is asked about the token
    that was drawn, and only when it forbids that one about others.

    Raises:
        NativeError: a bias is no number or for no token; llama.cpp could not make a sampler.
    """

    def __init__(self, model: Model, settings: Sampler, grammar: CompiledGrammar | None = None) -> None:
        self._scratch = _scratch(model.tokens)
        greedy = settings.temperature <= 0
        self._least = 1 if greedy else settings.top_k if settings.top_k > 0 else model.tokens
        self._bias = _bias(settings.logit_bias, model.tokens)
        self._grammar: Any = None
        self._handle: Any = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
        try:
            for one in _parts(settings):
                if not one:
                    raise NativeError("llama.cpp could not make a sampler")
                ll.llama_sampler_chain_add(self._handle, one)
            self._grammar = grammar.fresh() if grammar is not None else None
        except NativeError:
            self.close()
            raise

    def draw(self, logits: Floats, *, free: bool, measured: bool = True) -> Drawn:
        """Choose a token from a row of raw logits and move the samplers on.

        ``free``: the grammar is not asked and not moved on. ``measured``: also give the numbers of ``Drawn``.

        Raises:
            GrammarStuck: the grammar cannot go on.
            NativeError: the logits are broken, or every token is forbidden.
        """
        row = logits if self._bias is None else self._add_bias(logits)
        top = self._scratch.top(row, max(self._least, _LEAST_TOP))
        token = self._apply(top.ids, top.logits)
        if self._grammar is not None and not free:
            if not self._permits(token):
                token = self._redraw(row, top)
            ll.llama_sampler_accept(self._grammar, token)
        ll.llama_sampler_accept(self._handle, token)
        if not measured:
            return Drawn(token, math.nan, math.nan)
        if row is not logits or top.ids is self._scratch.every:
            top = self._scratch.top(logits, _LEAST_TOP)
        return Drawn(token, *self._scratch.softmax.measure(logits, token, top.ids, top.peak))

    def close(self) -> None:
        """Free the chain, which owns its parts, and the grammar's state."""
        for handle in (self._handle, self._grammar):
            if handle:
                ll.llama_sampler_free(handle)
        self._handle = self._grammar = None

    def _apply(self, ids: Ids, logits: Floats) -> int:
        if self._handle is None:
            raise NativeError("the sampler is closed")
        self._scratch.candidates.fill(ids, logits)
        self._scratch.candidates.apply(self._handle)
        return self._scratch.candidates.selected()

    def _add_bias(self, logits: Floats) -> Floats:
        assert self._bias is not None
        row = self._scratch.biased
        np.copyto(row, logits)
        tokens, bias = self._bias
        row[tokens] += bias
        return row

    def _permits(self, token: int) -> bool:
        self._scratch.single.one(token)
        self._scratch.single.apply(self._grammar)
        return bool(self._scratch.single.allowed()[0])

    def _redraw(self, row: Floats, top: _Top) -> int:
        """Draw from what the grammar leaves of the likeliest tokens, else of the whole vocabulary."""
        candidates = self._scratch.candidates
        for ids, logits in ((top.ids, top.logits), (self._scratch.every, row)):
            candidates.fill(ids, logits)
            candidates.apply(self._grammar)
            left = candidates.allowed()
            if left.any():
                return self._apply(ids[left], logits[left])
        raise GrammarStuck("the grammar cannot go on: it forbids every token")


def _parts(settings: Sampler) -> Sequence[Any]:
    if settings.temperature <= 0:
        return [ll.llama_sampler_init_greedy()]
    parts = []
    if settings.top_k > 0:
        parts.append(ll.llama_sampler_init_top_k(settings.top_k))
    if settings.top_p < 1:
        parts.append(ll.llama_sampler_init_top_p(settings.top_p, 1))
    if settings.min_p > 0:
        parts.append(ll.llama_sampler_init_min_p(settings.min_p, 1))
    parts.append(ll.llama_sampler_init_temp(settings.temperature))
    parts.append(ll.llama_sampler_init_dist(settings.seed % DEFAULT_SEED))
    return parts


def _bias(pairs: Sequence[tuple[int, float]], tokens: int) -> tuple[Ids, Floats] | None:
    """Tokens and what is added to their logits; several entries for one token add up."""
    total: dict[int, float] = {}
    for token, bias in pairs:
        if not 0 <= token < tokens:
            raise NativeError(f"a bias for token {token}, outside the vocabulary of {tokens}")
        if math.isnan(bias) or bias == math.inf:
            raise NativeError(f"a bias of {bias} for token {token}")
        total[token] = total.get(token, 0.0) + bias
    if not total:
        return None
    return np.array(list(total), np.intp), np.array(list(total.values()), np.float32)
