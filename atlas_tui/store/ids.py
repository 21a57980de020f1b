"""Ids that sort by the time they were made and can be typed."""

from __future__ import annotations

import secrets
import threading
import time

# Crockford's base 32: no i, l, o, u, so that an id can be read aloud and typed back.
_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_DIGITS = 9
_RANDOM_DIGITS = 4
_lock = threading.Lock()
_last = 0


def new_session_id() -> str:
    """Thirteen lower-case letters and digits: milliseconds since the epoch, then 20 random bits.

    Ids of one process sort in the order they were made, also within one millisecond.
    """
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1_000_000)
        moment = _last
    return _encode(moment, _TIME_DIGITS) + _encode(secrets.randbits(5 * _RANDOM_DIGITS), _RANDOM_DIGITS)


def _encode(number: int, digits: int) -> str:
    return "".join(_DIGITS[(number >> 5 * place) & 31] for place in reversed(range(digits)))
