import pytest

from remember import memoize


@pytest.fixture
def counted():
    calls = []

    @memoize
    def function(*args, **kwargs):
        calls.append((args, kwargs))
        return (args, dict(sorted(kwargs.items())))

    return function, calls


class TestCalls:
    def test_second_call_is_remembered(self, counted):
        function, calls = counted
        assert function(1, 2) == function(1, 2)
        assert len(calls) == 1

    def test_none_is_a_result_too(self):
        calls = []

        @memoize
        def nothing():
            calls.append(1)

        nothing()
        nothing()
        assert calls == [1]

    def test_forget(self, counted):
        function, calls = counted
        function(1)
        function.forget()
        function(1)
        assert len(calls) == 2

    def test_what_cannot_be_hashed_is_called_each_time(self, counted):
        function, calls = counted
        function([1])
        function([1])
        assert len(calls) == 2


class TestKeys:
    def test_keywords_count(self, counted):
        function, _ = counted
        assert function(1, vat=0) != function(1, vat=20)

    def test_order_of_keywords_does_not(self, counted):
        function, calls = counted
        function(a=1, b=2)
        function(b=2, a=1)
        assert len(calls) == 1

    @pytest.mark.parametrize("other", [1.0, True])
    def test_types_count(self, counted, other):
        function, calls = counted
        function(1)
        function(other)
        assert len(calls) == 2
