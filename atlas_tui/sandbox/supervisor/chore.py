"""Long work on files beside the supervisor's loop, in a process forked for it.

Runs in the supervisor, which has one thread and may fork: standard library only.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from atlas_tui.sandbox.inside import confine

log = logging.getLogger("atlas_tui.sandbox.supervisor")


class Chore:
    """A piece of work that is going on; what it returns, or how it failed, is told at its end."""

    def __init__(self, work: Callable[[], dict[str, Any]], *expected: type[Exception]) -> None:
        """Start it; exceptions that are ``expected`` (and OSError) are told as ``error``.

        Raises:
            OSError: no process could be made.
        """
        self._told = bytearray()
        self.descriptor, writing = os.pipe()
        os.set_blocking(self.descriptor, False)
        self._parent = os.getpid()
        try:
            self._pid = os.fork()
        except OSError:
            os.close(self.descriptor)
            os.close(writing)
            raise
        if self._pid == 0:
            self._do(work, writing, (OSError, *expected))
        os.close(writing)

    def _do(
        self, work: Callable[[], dict[str, Any]], writing: int, expected: tuple[type[Exception], ...]
    ) -> NoReturn:
        status = 1
        try:
            confine.die_with_parent(signal.SIGKILL)
            if os.getppid() == self._parent:
                os.dup2(writing, 3)
                confine.close_from(4)  # the link to the app above all: its end must be seen
                try:
                    told = work()
                except expected as error:
                    told = {"error": str(error)}
                with open(3, "wb") as pipe:
                    pipe.write(json.dumps(told).encode())
                status = 0
        except Exception:
            log.exception("a chore broke")
        finally:
            os._exit(status)

    def done(self) -> bool:
        """Whether it is over; takes what it tells."""
        if self.descriptor < 0:
            return True
        try:
            data = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return False
        self._told += data
        if data:
            return False
        os.close(self.descriptor)
        self.descriptor = -1
        os.waitpid(self._pid, 0)
        return True

    def kill(self) -> None:
        """End it where it stands."""
        if self.descriptor >= 0:
            os.kill(self._pid, signal.SIGKILL)

    def result(self) -> dict[str, Any]:
        """What it told; call it when it is done."""
        try:
            told: dict[str, Any] = json.loads(self._told)
        except ValueError:
            return {"error": "it was ended"}
        return told
