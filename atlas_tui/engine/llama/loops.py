"""Finds out that a model repeats itself."""

from __future__ import annotations

import numpy as np

MOST_PERIOD = 64
"""Longest stretch of tokens that is looked for."""
LEAST_TIMES = 4
"""How often it must have come in a row."""
LEAST_TOKENS = 96
"""Tokens the repetitions must cover together."""
EVERY = 16
"""Tokens between two looks."""

_WINDOW = MOST_PERIOD * LEAST_TIMES
_PERIODS = np.arange(1, MOST_PERIOD + 1)
_NEEDED = np.maximum(LEAST_TOKENS, LEAST_TIMES * _PERIODS) - _PERIODS
"""Tokens in a row that must equal the one a period before; for each period."""


class LoopWatch:
    """Looks at the last tokens every ``EVERY`` tokens; what it keeps does not grow."""

    def __init__(self) -> None:
        # Twice the window: the tokens are moved down once in a window's length, not at every token.
        self._tokens = np.full(2 * _WINDOW, -1, np.int32)
        self._end = _WINDOW
        self._seen = 0

    def repeats(self, token: int) -> bool:
        """Take the next token in; whether what was written ends in a loop."""
        if self._end == self._tokens.size:
            self._tokens[:_WINDOW] = self._tokens[_WINDOW:]
            self._end = _WINDOW
        self._tokens[self._end] = token
        self._end += 1
        self._seen += 1
        return self._seen >= LEAST_TOKENS and self._seen % EVERY == 0 and self._look()

    def _look(self) -> bool:
        last = self._tokens[self._end - _WINDOW : self._end][::-1]
        if not (last[1 : MOST_PERIOD + 1] == last[0]).any():
            return False
        # Line p holds the tokens that stand p + 1 before the last one, the one before it, and so on.
        earlier = np.lib.stride_tricks.sliding_window_view(last[1:], _WINDOW - MOST_PERIOD)[:MOST_PERIOD]
        same = earlier == last[: _WINDOW - MOST_PERIOD]
        run = np.where(same.all(axis=1), same.shape[1], same.argmin(axis=1))
        return bool((run >= _NEEDED).any())
