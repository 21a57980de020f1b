import pytest

from again import doubling, retry


class Flaky:
    """Fails some times, then gives 'done'."""

    def __init__(self, failures, error=ConnectionError):
        self.failures = failures
        self.error = error
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error(f"failure {self.calls}")
        return "done"


@pytest.fixture
def slept():
    return []


def wrapped(function, slept, **options):
    def call():
        return function()

    return retry(sleep=slept.append, **options)(call)


def test_no_failure(slept):
    assert wrapped(Flaky(0), slept)() == "done"
    assert slept == []


def test_it_works_in_the_end(slept):
    assert wrapped(Flaky(2), slept, delays=lambda: doubling(1))() == "done"
    assert slept == [1, 2]


def test_the_last_error_is_raised(slept):
    with pytest.raises(ConnectionError, match="failure 3"):
        wrapped(Flaky(9), slept)()


def test_no_wait_after_the_last_attempt(slept):
    with pytest.raises(ConnectionError):
        wrapped(Flaky(9), slept, attempts=2)()
    assert len(slept) == 1


def test_other_errors_are_not_retried(slept):
    flaky = Flaky(1, TypeError)
    with pytest.raises(TypeError):
        wrapped(flaky, slept, on=(ConnectionError,))()
    assert flaky.calls == 1
    assert slept == []


def test_the_name_is_kept():
    @retry()
    def fetch():
        """Get it."""

    assert fetch.__name__ == "fetch"


def test_no_attempt():
    with pytest.raises(ValueError):
        retry(attempts=0)
