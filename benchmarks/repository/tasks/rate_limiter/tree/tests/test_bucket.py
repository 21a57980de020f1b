import pytest

from throttle import ManualClock, TokenBucket


@pytest.fixture
def clock():
    return ManualClock(100.0)


def test_a_bucket_starts_full(clock):
    assert TokenBucket(3, 1.0, clock).tokens == 3


def test_tokens_come_back(clock):
    bucket = TokenBucket(3, 2.0, clock)
    assert bucket.take(3)
    assert not bucket.take()
    clock.advance(0.5)
    assert bucket.take()


def test_nothing_is_taken_when_there_are_too_few(clock):
    bucket = TokenBucket(3, 1.0, clock)
    assert not bucket.take(4)
    assert bucket.tokens == 3


def test_an_idle_bucket_does_not_overflow(clock):
    bucket = TokenBucket(3, 1.0, clock)
    clock.advance(3600)
    assert bucket.tokens == 3
    assert not bucket.take(4)
