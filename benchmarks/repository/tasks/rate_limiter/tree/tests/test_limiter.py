import pytest

from throttle import Limiter, ManualClock, TooManyRequests


def test_callers_do_not_share():
    limiter = Limiter(1, 1.0, ManualClock())
    limiter.check("ann")
    limiter.check("bob")
    with pytest.raises(TooManyRequests):
        limiter.check("ann")


def test_burst_after_a_night():
    clock = ManualClock()
    limiter = Limiter(2, 1.0, clock)
    limiter.check("ann")
    clock.advance(8 * 3600)
    limiter.check("ann")
    limiter.check("ann")
    with pytest.raises(TooManyRequests):
        limiter.check("ann")
