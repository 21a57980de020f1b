from __future__ import annotations

from throttle.bucket import TokenBucket
from throttle.clock import Clock, SystemClock


class TooManyRequests(Exception):
    pass


class Limiter:
    """One bucket for each caller."""

    def __init__(self, capacity: int, rate: float, clock: Clock | None = None) -> None:
        self._capacity = capacity
        self._rate = rate
        self._clock = clock or SystemClock()
        self._buckets: dict[str, TokenBucket] = {}

    def check(self, caller: str) -> None:
        """Raises TooManyRequests when the caller has to wait."""
        if caller not in self._buckets:
            self._buckets[caller] = TokenBucket(self._capacity, self._rate, self._clock)
        if not self._buckets[caller].take():
            raise TooManyRequests(caller)
