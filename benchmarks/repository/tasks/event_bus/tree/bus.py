"""A small event bus: handlers by topic, called in the order in which they came."""

from typing import Any, Callable, Dict, List

Handler = Callable[[Any], None]


class Subscription:
    def __init__(self, bus: "EventBus", topic: str, handler: Handler) -> None:
        self._bus = bus
        self.topic = topic
        self.handler = handler
        self.active = True

    def unsubscribe(self) -> None:
        """Does nothing the second time."""
        if self.active:
            self.active = False
            self._bus.remove(self)


class EventBus:
    def __init__(self) -> None:
        self._subscriptions: Dict[str, List[Subscription]] = {}

    def subscribe(self, topic: str, handler: Handler) -> Subscription:
        subscription = Subscription(self, topic, handler)
        self._subscriptions.setdefault(topic, []).append(subscription)
        return subscription

    def once(self, topic: str, handler: Handler) -> Subscription:
        """Call ``handler`` for the next event only."""

        def call(event: Any) -> None:
            subscription.unsubscribe()
            handler(event)

        subscription = self.subscribe(topic, call)
        return subscription

    def remove(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.topic].remove(subscription)

    def publish(self, topic: str, event: Any = None) -> int:
        """Deliver an event; gives how many handlers got it."""
        called = 0
        for subscription in self._subscriptions.get(topic, ()):
            subscription.handler(event)
            called += 1
        return called
