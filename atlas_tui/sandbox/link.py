"""The app's side of one supervisor process: started, asked, found dead, closed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import atlas_tui
from atlas_tui import paths
from atlas_tui.sandbox import wire

log = logging.getLogger(__name__)

_CLOSING_SECONDS = 5.0

Answer = tuple[dict[str, Any], bytes]


class SupervisorDied(Exception):
    """The supervisor ended before it answered."""


class Link:
    """A running supervisor. Use within one event loop."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self._pending: dict[int, asyncio.Future[Answer]] = {}
        self._last = 0
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, slots: int) -> Link:
        """Start a supervisor that runs at most ``slots`` programs at once.

        Raises:
            OSError, subprocess.SubprocessError: it cannot be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = _spawn(theirs.fileno(), slots)
                reader, writer = await asyncio.open_unix_connection(sock=ours)
            except BaseException:
                ours.close()
                raise
        return cls(process, reader, writer)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._listener.done()

    async def ask(self, message: dict[str, Any], blob: bytes = b"") -> Answer:
        """Send a request and wait for its answer. Cancelling kills the run it asked for.

        Raises:
            SupervisorDied: no answer will come.
            ValueError: the request is too large to send.
        """
        if not self.alive:
            raise SupervisorDied
        self._last += 1
        number = self._last
        frame = wire.packed({**message, "id": number}, blob)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending[number] = answer
        try:
            self._writer.write(frame)
            await self._writer.drain()  # so that no more waits here than the supervisor will take
            return await answer
        except asyncio.CancelledError:
            if self.alive:
                self.tell({"op": "kill", "id": number})
            raise
        finally:
            self._pending.pop(number, None)

    def tell(self, message: dict[str, Any]) -> None:
        """Send a request that has no answer."""
        self._writer.write(wire.packed(message))

    async def close(self) -> None:
        """End the supervisor and with it all its runs; returns when they are gone."""
        self._listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listener
        for _ in range(int(_CLOSING_SECONDS / 0.01)):
            if self._process.poll() is not None:
                return
            await asyncio.sleep(0.01)
        log.error("the sandbox supervisor did not end by itself and was killed")
        self._process.kill()
        self._process.wait()

    async def _listen(self) -> None:
        """Deliver answers until the other end is gone."""
        try:
            while True:
                text, blob = wire.sizes(await self._reader.readexactly(wire.HEADER.size))
                message = wire.unpacked(await self._reader.readexactly(text))
                attached = await self._reader.readexactly(blob)
                waiting = self._pending.get(message["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result((message, attached))
        except (asyncio.IncompleteReadError, ConnectionError):
            log.warning("the sandbox supervisor ended")
        except wire.BadFrame:
            log.exception("the sandbox supervisor sent nonsense")
        finally:
            self._writer.close()
            for waiting in self._pending.values():
                if not waiting.done():
                    waiting.set_exception(SupervisorDied())
            self._process.poll()


def _spawn(descriptor: int, slots: int) -> subprocess.Popen[bytes]:
    # -P and cwd: nothing in the folder the person is in may be imported. -S: it needs no installed package.
    line = [sys.executable, "-S", "-s", "-P", "-m", "atlas_tui.sandbox.supervisor"]
    package_root = str(Path(atlas_tui.__file__).resolve().parent.parent)
    log_file = paths.private(paths.log_dir()) / "sandbox.log"
    with open(os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "wb") as file:
        return subprocess.Popen(
            [*line, str(descriptor), str(os.getpid()), str(slots)], pass_fds=[descriptor], cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": package_root,
                 "TMPDIR": tempfile.gettempdir()},
        )  # fmt: skip
