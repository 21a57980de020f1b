"""Guessing what a sequence writes next, so that one step can confirm several tokens.

Guesses are only proposed here. The model reads them in one step as rows of its own, and only those that
equal what its sampler draws count: the text is the same with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Tokens = Sequence[int] | npt.NDArray[np.int32]

LEAST_MATCH = 3
"""Tokens that must have stood together before, to look up what followed them."""
LONGEST_MATCH = 32
"""A match is measured up to this many tokens."""
_BITS = 24
"""Bits of a token in a key; a collision costs a comparison, not a wrong match."""
_LOOKS = 16
"""Earlier places that are compared, from the latest back."""


class Drafter(Protocol):
    def propose(self, most: int) -> list[int]:
        """Up to ``most`` tokens that may follow those so far; none when there is no idea."""
        ...

    def add(self, token: int) -> None:
        """A token was written."""
        ...

    def close(self) -> None: ...


class Lookup(Drafter):
    """Prompt lookup: what followed when the last tokens stood in the prompt or the answer before.

    The longest match wins, of equal ones the latest. The work per token is bounded: places are chained by
    the hash of their last ``LEAST_MATCH`` tokens, as Lempel-Ziv compressors do it.
    """

    def __init__(self, prompt: Tokens) -> None:
        self._tokens: list[int] = []
        self._latest: dict[int, int] = {}
        self._before: list[int] = []
        """For each token the previous place with the same key, or -1."""
        self._key = 0
        for token in np.asarray(prompt, np.int32).tolist():
            self.add(token)

    def add(self, token: int) -> None:
        place = len(self._tokens)
        self._tokens.append(token)
        self._key = (self._key << _BITS | token) & ((1 << LEAST_MATCH * _BITS) - 1)
        self._before.append(self._latest.get(self._key, -1))
        self._latest[self._key] = place

    def propose(self, most: int) -> list[int]:
        place = self._best()
        if place < 0:
            return []
        guess: list[int] = []
        for offset in range(most):
            # What repeats itself is copied on beyond the end.
            at = place + 1 + offset
            guess.append(self._tokens[at] if at < len(self._tokens) else guess[at - len(self._tokens)])
        return guess

    def close(self) -> None:
        """Nothing is held outside."""

    def _best(self) -> int:
        """Where the longest match ends, or -1."""
        if not self._tokens:
            return -1
        best, length = -1, LEAST_MATCH - 1
        place = self._before[-1]
        for _ in range(_LOOKS):
            if place < 0 or length >= LONGEST_MATCH:
                break
            found = self._match(place)
            if found > length:
                best, length = place, found
            place = self._before[place]
        return best

    def _match(self, place: int) -> int:
        """How many tokens up to ``place`` equal the last ones."""
        tokens, last = self._tokens, len(self._tokens) - 1
        for back in range(min(LONGEST_MATCH, place + 1)):
            if tokens[place - back] != tokens[last - back]:
                return back
        return min(LONGEST_MATCH, place + 1)


PRIOR = 0.5
"""Share of guesses taken to come true before any was tried."""
_PRIOR_WEIGHT = 1.0
_MEMORY = 12.0
"""Guesses that the running share remembers."""
_FIRST_REST, _LONGEST_REST = 16, 32
"""Steps without guesses after it did not pay; doubled each time up to the longest."""
_RECOVERED = 8
"""Guesses in a row of attempts that came true and make the next rest short again."""


class Pace:
    """How many tokens to guess at the next step, from how many came true lately.

    If each guess comes true with probability a, independent of the others, n guesses give
    1 + a + ... + a^n tokens for the time of 1 + c n rows (Leviathan et al. 2023, "Fast Inference from
    Transformers via Speculative Decoding", section 3.3); the n with the most tokens per time is taken. When
    that is none, it rests for a while and then tries again.

    ``row_cost``: what one more row adds to a step, as a share of a step of one row. ``most``: most guesses.
    """

    def __init__(self, row_cost: float, most: int = 8, prior: float = PRIOR) -> None:
        self._row_cost, self._most, self._prior = row_cost, most, prior
        self._pause = _FIRST_REST
        self._resting = 0
        self._streak = 0
        self._right = self._wrong = 0.0
        self._forget()

    def length(self) -> int:
        """Guesses to make at this step; 0 for none. To be asked once a step."""
        if self._resting:
            self._resting -= 1
            return 0
        # A try after a rest is short even where the prior alone would not guess at all.
        return max(1, self._optimum()) if self._most > 0 else 0

    def record(self, drafted: int, accepted: int) -> None:
        """So many were guessed, and so many of them, from the first on, came true."""
        if drafted <= 0:
            return
        missed = accepted < drafted
        keep = (1 - 1 / _MEMORY) ** (accepted + missed)
        self._right = self._right * keep + accepted
        self._wrong = self._wrong * keep + missed
        self._streak += accepted
        if self._streak >= _RECOVERED:
            self._pause = _FIRST_REST
        if not self._optimum():
            self._rest()

    def _rest(self) -> None:
        self._resting, self._pause = self._pause, min(2 * self._pause, _LONGEST_REST)
        self._streak = 0
        self._forget()

    def _forget(self) -> None:
        self._right, self._wrong = self._prior * _PRIOR_WEIGHT, (1 - self._prior) * _PRIOR_WEIGHT

    def _optimum(self) -> int:
        """The number of guesses with the most tokens per time."""
        share = self._right / (self._right + self._wrong)
        best, best_rate = 0, 1.0
        tokens, chance = 1.0, 1.0
        for guesses in range(1, self._most + 1):
            chance *= share
            tokens += chance
            rate = tokens / (1 + self._row_cost * guesses)
            if rate > best_rate:
                best, best_rate = guesses, rate
        return best
