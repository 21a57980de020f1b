"""A warm worker as the supervisor holds it: started once, given one order after another.

Runs in the supervisor: standard library only. Orders and reports are messages over a ``SOCK_SEQPACKET`` pair;
descriptors of the run travel with the order.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import os
import socket
import subprocess
import time
from typing import Any

from atlas_tui.sandbox.inside import tidy
from atlas_tui.sandbox.supervisor import command, folders, seccomp
from atlas_tui.sandbox.supervisor.isolated import NOBODY, Isolated
from atlas_tui.sandbox.supervisor.streams import Stream

_REPORT_BYTES = 1 << 16
_LOG_BYTES = 16 << 10
_START_SECONDS = 30.0
_SETTLING_SECONDS = 0.5
"""For a worker that closed its end to end as well, and to leave nothing behind."""


class Worker:
    """The process in which candidates are forked, one at a time."""

    def __init__(self, spec: dict[str, Any], drop: bool) -> None:
        """Start it; it is ready when ``hear`` says so.

        Raises:
            OSError, subprocess.SubprocessError, KeyError, ValueError: it could not be started.
        """
        self.spec = spec
        self.ready = self.gone = False
        self.started = time.monotonic()
        self._folder = ""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setblocking(False)
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._log = Stream(reading, _LOG_BYTES, _LOG_BYTES, both_ends=True)
        try:
            with theirs:
                self._process = self._start(drop, theirs.fileno(), writing)
        except BaseException:
            self._release()
            raise
        finally:
            os.close(writing)

    def _start(self, drop: bool, control: int, log: int) -> Isolated:
        full = self.spec["tier"] == "full"
        folder = "/tmp" if full else self._make_folder(drop)
        with contextlib.ExitStack() as ours:

            def memory(name: str, content: bytes) -> int:
                descriptor = command.in_memory(name, content)
                ours.callback(os.close, descriptor)
                return descriptor

            boot = memory("atlas-worker", command.worker_boot(self.spec, folder, control))
            line, passed = command.interpreter(self.spec["python"], boot), [control, boot]
            if full:
                rules = memory("filter", seccomp.worker_filter(os.uname().machine))
                line, passed = command.worker_line(self.spec, rules) + line, [*passed, rules]
            values = {"PATH": "/usr/bin:/bin"} if full else command.environment(folder)
            streams = (subprocess.DEVNULL, log, log)
            return Isolated(line, streams, passed, values, namespaces=full, drop=drop)

    def _make_folder(self, drop: bool) -> str:
        self._folder = folders.make("run")
        if drop:
            os.chown(self._folder, NOBODY, NOBODY)
        return self._folder

    # --- orders and reports

    def give(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Have it run something.

        Raises:
            OSError: it is gone.
        """
        socket.send_fds(self._control, [marshal.dumps(order, 4)], descriptors)

    def stop_run(self) -> None:
        """Have it kill the candidate; it reports all the same."""
        with contextlib.suppress(OSError):
            self._control.send(b"stop")

    def descriptors(self) -> list[int]:
        """What becomes readable when there is something to do."""
        own = [] if self.gone else [self._control.fileno()]
        return [
            *own,
            *([self._log.descriptor] if self._log.descriptor >= 0 else []),
            *self._process.descriptors(),
        ]

    def hear(self, descriptor: int) -> dict[str, Any] | None:
        """Take what came from ``descriptor``; a report when one is complete."""
        if descriptor == self._log.descriptor:
            self._log.read()
        elif descriptor in self._process.descriptors():
            self._process.reap()
        elif not self.gone and descriptor == self._control.fileno():
            return self._message()
        return None

    def _message(self) -> dict[str, Any] | None:
        try:
            data = self._control.recv(_REPORT_BYTES)
        except BlockingIOError:
            return None
        except ConnectionError:
            data = b""
        if not data:
            self.gone = True
            self._control.close()
        elif not self.ready:
            self.ready = True
        else:
            try:
                report: dict[str, Any] = json.loads(data)
                return report
            except ValueError:
                self.kill()
        return None

    @property
    def late(self) -> bool:
        """It was to be ready by now."""
        return not self.ready and time.monotonic() > self.started + _START_SECONDS

    def last_words(self) -> str:
        """The end of what it wrote to its own standard error."""
        while self._log.descriptor >= 0 and self._log.read():
            pass
        return self._log.content().decode("utf-8", "replace").strip()[-300:]

    # --- its end

    def close(self) -> None:
        """Let go of it: it cleans up and ends by itself."""
        if not self.gone:
            self.gone = True
            self._control.close()

    def kill(self) -> None:
        """End it at once, with all that runs in it."""
        self._process.kill()

    def collect(self) -> None:
        """Wait for its end, killing it when it takes too long; leaves no process and no file.

        Raises:
            OSError: a file could not be removed.
        """
        self.close()
        if not self._folder or not self._reap_within(_SETTLING_SECONDS):
            self.kill()
        while not self._reap_within(_SETTLING_SECONDS):
            self.kill()
        self._release()

    def _reap_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self._process.reap():
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def _release(self) -> None:
        self.gone = True
        self._control.close()
        self._log.close()
        folder, self._folder = self._folder, ""
        if folder:
            tidy.remove(folder)
