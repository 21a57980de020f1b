"""The application's handle on the model process: start, talk, end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from atlas_tui import paths
from atlas_tui.engine import launch
from atlas_tui.engine.base import EngineError, ModelDied
from atlas_tui.engine.llama import wire

log = logging.getLogger(__name__)

LOG_LIMIT = 1 << 20
"""Bytes of log after which a new file is begun; one old file is kept."""
_GRACE = 1.0
_TAIL_LINES = 40
_SOURCE_FOLDER = re.compile(r"^\S*/")
_FAULTS = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}

Deliver = Callable[[wire.Frame], None]


def log_file() -> Path:
    """Where the model process writes what it and llama.cpp have to say."""
    return paths.log_dir() / "model.log"


def _open_log() -> int:
    path = paths.private(paths.log_dir()) / "model.log"
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


class Frames(asyncio.Protocol):
    """Cuts what arrives into messages and delivers all that are whole at once.

    No task waits for the single message: a step's messages cost one turn of the event loop.
    """

    def __init__(self, deliver: Deliver) -> None:
        self._deliver, self._rest = deliver, bytearray()
        self._transport: asyncio.BaseTransport | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the other side is gone, or sent something that is no message."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        begin = 0
        try:
            while len(self._rest) - begin >= wire.LENGTH.size:
                body = begin + wire.LENGTH.size
                end = body + wire.body_length(bytes(self._rest[begin:body]))
                if end > len(self._rest):
                    break
                begin = end
                self._deliver(wire.unpack(bytes(self._rest[body:end])))
        except (wire.WireError, LookupError, TypeError, ValueError):
            # Nothing after it can be trusted; the process is ended as if it had gone by itself.
            log.exception("the model process sent something else than messages")
            if self._transport is not None:
                self._transport.close()
        del self._rest[:begin]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class HostProcess:
    """A running model process. Made by ``start``."""

    def __init__(self, process: asyncio.subprocess.Process, log_start: int) -> None:
        self._process, self._log_start = process, log_start
        self._last_words = ""
        self._frames: Frames
        self._transport: asyncio.WriteTransport

    @classmethod
    async def start(cls, deliver: Deliver) -> HostProcess:
        """Start the process; to be called from the event loop's thread, whose end would kill it.

        Raises: EngineError.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                host = cls(*await _spawn(theirs))
            await host._connect(ours, deliver)
        except BaseException:
            ours.close()
            raise
        return host

    async def _connect(self, ours: socket.socket, deliver: Deliver) -> None:
        def receive(frame: wire.Frame) -> None:
            if frame["kind"] == "dying":
                self._last_words = str(frame["why"])
            deliver(frame)

        loop = asyncio.get_running_loop()
        try:
            transport, frames = await loop.create_connection(lambda: Frames(receive), sock=ours)
        except BaseException:
            self.kill()
            raise
        self._transport, self._frames = transport, frames

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, frame: wire.Frame) -> None:
        """Queue a message; that a process is gone is noticed by ``gone``."""
        if not self._transport.is_closing():
            self._transport.write(wire.pack(frame))

    async def gone(self) -> None:
        """Wait until the process has closed its end."""
        await asyncio.shield(self._frames.closed)

    def kill(self, why: str = "") -> None:
        """End the process at once; ``why`` goes into its obituary."""
        self._last_words = self._last_words or why
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """End the process and wait until it is gone."""
        # Not close(): that would first write what is queued, which a stopped process never reads.
        self._transport.abort()
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE)
        except TimeoutError:
            self.kill()
            await self._process.wait()
        await self.gone()

    @property
    def crashed(self) -> bool:
        """Whether it ended by a fault of its own code, not by an exit or from outside."""
        return -(self._process.returncode or 0) in _FAULTS

    async def obituary(self) -> ModelDied:
        """Why the process ended, after it is ``gone``; ends it if it is still there."""
        await self.end()
        code = self._process.returncode or 0
        tail = self._log_tail()
        if self._last_words:
            why = _SOURCE_FOLDER.sub("", self._last_words)
            why = f"llama.cpp gave up: {why}" if self.crashed else why
        elif code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
            why = f"it was ended by signal {name}"
            if code == -signal.SIGKILL:
                why += ", as happens when memory runs out"
        else:
            why = f"it ended with exit code {code}"
        return ModelDied(f"{why}; log: {log_file()}", tail)

    def _log_tail(self) -> str:
        """The last lines it wrote."""
        try:
            with log_file().open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(min(self._log_start, size), size - 16_384))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError as error:
            return f"the log cannot be read: {error.strerror}"
        return "\n".join(lines[-_TAIL_LINES:])


async def _spawn(theirs: socket.socket) -> tuple[asyncio.subprocess.Process, int]:
    """The process, and how long the log was before it. Raises: EngineError."""
    try:
        log_fd = _open_log()
    except OSError as error:
        raise EngineError("The log cannot be written", f"{log_file()}: {error.strerror}") from error
    try:
        log_start = os.fstat(log_fd).st_size
        process = await asyncio.create_subprocess_exec(
            *launch.python_command("atlas_tui.engine.llama.host"),
            str(theirs.fileno()),
            str(os.getpid()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log_fd,
            stderr=log_fd,
            pass_fds=(theirs.fileno(),),
            env=launch.environment(),
            # Ctrl+C in the terminal is for the application to handle.
            start_new_session=True,
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise EngineError("The model process cannot be started", why) from error
    finally:
        os.close(log_fd)
    return process, log_start
