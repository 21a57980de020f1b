"""What of a call is cancelled: set by the thread that reads messages, asked by the one that decodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Cancellation:
    """The cancelled sequences of one call."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._open = set(ids)
        self._cancelled: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether no sequence of the call is wanted any more."""
        return self._open <= self._cancelled

    def add(self, ids: Sequence[str] | None) -> None:
        """Cancel these sequences; None means all."""
        self._cancelled |= self._open if ids is None else frozenset(ids)

    @property
    def anything(self) -> bool:
        """Whether a sequence of the call was cancelled."""
        return bool(self._cancelled)

    def includes(self, name: str) -> bool:
        return name in self._cancelled

    def finished(self, name: str) -> None:
        """A sequence that is done needs no cancelling any more."""
        self._open.discard(name)
