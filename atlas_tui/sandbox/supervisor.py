"""The process that owns all runs: ``python -m atlas_tui.sandbox.supervisor DESCRIPTOR PARENT SLOTS``.

Single-threaded, standard library only, started by exec and never by fork of the app. It speaks frames (see
``wire``) over the socket it is given, and ends with it: when the app dies, this dies, and every run with it.

Requests: ``run`` (the bytes are standard input), ``kill``, ``ask`` (about an interpreter), ``find``
(bubblewrap), ``bait`` and ``unbait`` (a file that no run may reach).
"""

from __future__ import annotations

import logging
import os
import resource
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from typing import Any

from atlas_tui.sandbox import confine, running, wire

log = logging.getLogger("atlas_tui.sandbox.supervisor")

_TICK_SECONDS = 0.25
_STACK_BYTES = 512 << 20
"""Deep recursion on the main thread is legitimate; the memory limit still holds."""
_START_ERRORS = (OSError, subprocess.SubprocessError, KeyError, ValueError)


class Supervisor:
    """At most ``slots`` runs at once, the rest in order of arrival."""

    def __init__(self, link: socket.socket, slots: int) -> None:
        self._link, self._slots = link, slots
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[tuple[dict[str, Any], bytes]] = deque()
        self._runs: dict[int, running.Run] = {}
        self._watched: dict[int, running.Run] = {}
        self._incoming, self._outgoing = bytearray(), bytearray()
        self._baits: list[str] = []
        self._drop = os.geteuid() == 0
        link.setblocking(False)
        self._selector.register(link, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the app closes its end; leaves nothing behind then."""
        try:
            while self._step():
                pass
        finally:
            self._waiting.clear()
            for run in list(self._runs.values()):
                run.kill("closed")
            for run in list(self._runs.values()):
                self._collect(run)
            self._unbait()

    def _step(self) -> bool:
        for key, events in self._selector.select(_TICK_SECONDS if self._runs else None):
            if key.fileobj is self._link:
                if events & selectors.EVENT_READ and not self._receive():
                    return False
                if events & selectors.EVENT_WRITE and not self._send():
                    return False
            elif key.fd in self._watched:
                run = self._watched[key.fd]
                run.on_ready(key.fd)
                self._watch(run)
        now = time.monotonic()
        for run in [run for run in self._runs.values() if run.check_time(now)]:
            self._finish(run)
        while self._waiting and len(self._runs) < self._slots:
            self._start(*self._waiting.popleft())
        return True

    # --- the link

    def _receive(self) -> bool:
        try:
            data = self._link.recv(1 << 20)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        self._incoming += data
        while len(self._incoming) >= wire.HEADER.size:
            text, blob = wire.sizes(bytes(self._incoming[: wire.HEADER.size]))
            middle, end = wire.HEADER.size + text, wire.HEADER.size + text + blob
            if len(self._incoming) < end:
                break
            message = wire.unpacked(bytes(self._incoming[wire.HEADER.size : middle]))
            attached = bytes(self._incoming[middle:end])
            del self._incoming[:end]
            self._handle(message, attached)
        return bool(data)

    def _reply(self, message: dict[str, Any], blob: bytes = b"") -> None:
        self._outgoing += wire.packed(message, blob)
        self._selector.modify(self._link, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def _send(self) -> bool:
        try:
            sent = self._link.send(self._outgoing)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        del self._outgoing[:sent]
        if not self._outgoing:
            self._selector.modify(self._link, selectors.EVENT_READ)
        return True

    # --- requests

    def _handle(self, message: dict[str, Any], blob: bytes) -> None:
        match message["op"]:
            case "run":
                self._waiting.append((message, blob))
            case "kill":
                self._kill(message["id"])
            case "ask":
                self._ask(message)
            case "find":
                self._reply({"id": message["id"], **running.find_bubblewrap()})
            case "bait":
                self._bait(message)
            case "unbait":
                self._unbait()
                self._reply({"id": message["id"]})
            case other:
                raise wire.BadFrame(f"unknown request {other!r}")

    def _ask(self, message: dict[str, Any]) -> None:
        try:
            answer = running.ask_interpreter(message["python"], self._drop)
        except _START_ERRORS as error:
            answer = {"error": str(error)}
        self._reply({"id": message["id"], **answer})

    def _bait(self, message: dict[str, Any]) -> None:
        try:
            self._baits.append(running.lay_bait())
            answer = {"path": self._baits[-1]}
        except OSError as error:
            answer = {"error": str(error)}
        self._reply({"id": message["id"], **answer})

    def _unbait(self) -> None:
        while self._baits:
            try:
                shutil.rmtree(os.path.dirname(self._baits.pop()))
            except OSError:
                log.exception("a bait is left behind")

    def _kill(self, number: int) -> None:
        if number in self._runs:
            self._runs[number].kill("cancelled")
        for place, (message, _) in enumerate(self._waiting):
            if message["id"] == number:
                del self._waiting[place]
                self._reply({"id": number, "error": "cancelled"})
                return

    # --- runs

    def _start(self, message: dict[str, Any], stdin: bytes) -> None:
        try:
            run = running.Run(message, stdin, self._drop)
        except _START_ERRORS as error:
            log.warning("run %s not started", message.get("id"), exc_info=True)
            self._reply({"id": message["id"], "error": f"could not be started: {error}"})
            return
        self._runs[run.id] = run
        self._watch(run)

    def _watch(self, run: running.Run) -> None:
        """Bring the selector up to date with what ``run`` still has open."""
        wanted = set(run.descriptors())
        for descriptor in [known for known, owner in self._watched.items() if owner is run]:
            if descriptor not in wanted:
                self._selector.unregister(descriptor)
                del self._watched[descriptor]
        for descriptor in wanted - self._watched.keys():
            self._selector.register(descriptor, selectors.EVENT_READ)
            self._watched[descriptor] = run

    def _finish(self, run: running.Run) -> None:
        self._collect(run)
        self._reply(*run.answer())

    def _collect(self, run: running.Run) -> None:
        for descriptor in [known for known, owner in self._watched.items() if owner is run]:
            self._selector.unregister(descriptor)
            del self._watched[descriptor]
        self._runs.pop(run.id, None)
        try:
            run.collect()
        except OSError:
            log.exception("run %d left something behind", run.id)


def main() -> int:
    """Serve the socket named on the command line until it closes."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    descriptor, parent, slots = (int(word) for word in sys.argv[1:4])
    link = socket.socket(fileno=descriptor)
    # An end that may interrupt nothing: the loop sees the closed link, cleans up and returns.
    signal.signal(signal.SIGTERM, lambda *_: link.shutdown(socket.SHUT_RDWR))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine.die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        return 1
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    most = _STACK_BYTES if hard == resource.RLIM_INFINITY else min(_STACK_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    with link:
        Supervisor(link, slots).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
