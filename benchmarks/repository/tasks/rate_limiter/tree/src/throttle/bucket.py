from __future__ import annotations

from throttle.clock import Clock


class TokenBucket:
    """Holds up to ``capacity`` tokens and gets ``rate`` new ones a second."""

    def __init__(self, capacity: int, rate: float, clock: Clock) -> None:
        self.capacity = capacity
        self.rate = rate
        self._clock = clock
        self._tokens = float(capacity)
        self._filled_at = clock.now()

    @property
    def tokens(self) -> float:
        self._refill()
        return self._tokens

    def take(self, count: int = 1) -> bool:
        """Take tokens out; False, and nothing taken, where there are too few."""
        self._refill()
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def _refill(self) -> None:
        now = self._clock.now()
        new = (now - self._filled_at) * self.rate
        self._tokens += new
        self._filled_at = now
