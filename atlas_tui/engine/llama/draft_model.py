"""Guesses by a small model of the same vocabulary."""

from __future__ import annotations

import logging
from weakref import WeakKeyDictionary

import numpy as np

from atlas_tui.engine.llama.context import Batch, Context, Interrupted
from atlas_tui.engine.llama.drafting import Drafter, Tokens
from atlas_tui.engine.llama.native import Model, NativeError

log = logging.getLogger(__name__)

_SEQUENCE = 0


class _Held:
    """What a draft model's context has read. All drafters of that context share it, one after another."""

    def __init__(self, context: Context) -> None:
        self.tokens: list[int] = []
        self.owner: DraftModel | None = None
        context.drop(_SEQUENCE)


_held: WeakKeyDictionary[Context, _Held] = WeakKeyDictionary()


class DraftModel(Drafter):
    """Proposes what ``model`` finds likeliest, token by token (greedily).

    Its KV cache is kept in step with the sequence: wrong guesses are forgotten, and tokens are read when a
    guess is asked for, at most one batch of them, so that a long prompt is read over several steps that have
    no guesses yet. The context may serve several drafters by turns; what two sequences begin with is read
    once, but each turn reads the rest again. ``vocabulary``: only smaller tokens are proposed.

    When the model fails it is told to the log once, and nothing is proposed any more.
    """

    def __init__(self, model: Model, context: Context, prompt: Tokens, vocabulary: int | None = None) -> None:
        self._context, self._vocabulary = context, min(model.tokens, vocabulary or model.tokens)
        self._tokens: list[int] = np.asarray(prompt, np.int32).tolist()
        self._same = 0
        """Tokens of the sequence that the context is known to hold, from the first on."""
        self._batch: Batch | None = None
        self._failed = False
        if not context.goes_back:
            self._give_up("its state cannot go back after a wrong guess")

    def add(self, token: int) -> None:
        self._tokens.append(token)

    def propose(self, most: int) -> list[int]:
        most = min(most, self._context.tokens - len(self._tokens))
        if self._failed or most <= 0 or not self._tokens:
            return []
        try:
            return self._guess(most)
        except Interrupted:
            return []
        except NativeError as error:
            self._give_up(str(error))
            return []

    def close(self) -> None:
        """Give the batch back; the context keeps what it read for the next drafter."""
        if self._batch is not None:
            self._batch.close()
            self._batch = None
        held = _held.get(self._context)
        if held is not None and held.owner is self:
            held.owner = None
        self._failed = True

    def _guess(self, most: int) -> list[int]:
        if self._batch is None:
            self._batch = self._context.batch()
        held = self._synchronized()
        fresh = self._tokens[len(held.tokens) :]
        if len(fresh) > self._context.rows:
            self._read(held, self._batch, fresh[: self._context.rows])
            return []
        guess: list[int] = []
        while len(guess) < most:
            self._read(held, self._batch, fresh)
            logits = self._context.logits(len(self._batch) - 1)
            fresh = [int(logits[: self._vocabulary].argmax())]
            guess += fresh
        return guess

    def _synchronized(self) -> _Held:
        """Forget what the context holds beyond the sequence; at least its last token is left to be read."""
        held = _held.get(self._context)
        if held is None:
            held = _held[self._context] = _Held(self._context)
        if held.owner is not self:
            held.owner, self._same = self, 0
        same, end = self._same, min(len(held.tokens), len(self._tokens) - 1)
        while same < end and held.tokens[same] == self._tokens[same]:
            same += 1
        if same < len(held.tokens):
            if not self._context.trim(_SEQUENCE, same):
                raise NativeError("its cache could not be cut")
            del held.tokens[same:]
        self._same = same
        return held

    def _read(self, held: _Held, batch: Batch, tokens: list[int]) -> None:
        """Read ``tokens``, with logits for the last. Raises: Interrupted, NativeError."""
        batch.clear()
        for offset, token in enumerate(tokens):
            last = offset == len(tokens) - 1
            batch.add(token, len(held.tokens) + offset, (_SEQUENCE,), output=last)
        self._context.decode(batch)
        held.tokens += tokens

    def _give_up(self, why: str) -> None:
        self._failed = True
        log.warning("the draft model proposes nothing any more: %s", why)
