"""What ends a command from outside, while it must not end in the middle."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from atlas_tui.cli.exits import CANCELLED

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def in_order() -> Iterator[None]:
    """Let Ctrl-C, a kill and a closed terminal end the block by ``SystemExit``, so that it can clear up.

    Otherwise git would go on with a commit behind us, and its lock would stay. For the main thread.
    """
    known = {number: signal.getsignal(number) for number in _ENDINGS}
    # What is ignored (as under nohup) stays so.
    before = {number: handler for number, handler in known.items() if handler not in (None, signal.SIG_IGN)}
    for number in before:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(CANCELLED)
