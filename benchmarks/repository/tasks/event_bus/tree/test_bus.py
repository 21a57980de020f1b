import pytest

from bus import EventBus


@pytest.fixture
def bus():
    return EventBus()


@pytest.fixture
def got():
    return []


def test_handlers_are_called_in_order(bus, got):
    bus.subscribe("save", lambda event: got.append(("a", event)))
    bus.subscribe("save", lambda event: got.append(("b", event)))
    assert bus.publish("save", 1) == 2
    assert got == [("a", 1), ("b", 1)]


def test_other_topics(bus, got):
    bus.subscribe("save", got.append)
    assert bus.publish("load", 1) == 0
    assert got == []


def test_once(bus, got):
    bus.once("save", got.append)
    bus.publish("save", 1)
    bus.publish("save", 2)
    assert got == [1]


def test_the_one_after_a_once_is_called(bus, got):
    bus.once("save", lambda event: None)
    bus.subscribe("save", got.append)
    assert bus.publish("save", 1) == 2
    assert got == [1]


def test_unsubscribing_twice(bus, got):
    subscription = bus.subscribe("save", got.append)
    subscription.unsubscribe()
    subscription.unsubscribe()
    bus.publish("save", 1)
    assert got == []


def test_unsubscribing_an_earlier_one_during_delivery(bus, got):
    first = bus.subscribe("save", lambda event: None)
    bus.subscribe("save", lambda event: first.unsubscribe())
    bus.subscribe("save", got.append)
    bus.publish("save", 1)
    assert got == [1]


def test_one_that_was_unsubscribed_meanwhile_is_not_called(bus, got):
    bus.subscribe("save", lambda event: last.unsubscribe())
    last = bus.subscribe("save", got.append)
    bus.publish("save", 1)
    assert got == []


def test_one_that_comes_during_delivery_waits(bus, got):
    bus.once("save", lambda event: bus.subscribe("save", got.append))
    bus.publish("save", 1)
    assert got == []
    bus.publish("save", 2)
    assert got == [2]
