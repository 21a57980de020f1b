"""The application's handle on the model process: start, talk, end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import socket
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


def log_file() -> Path:
    """Where the model process writes what it and llama.cpp have to say."""
    return paths.log_dir() / "model.log"


def _open_log() -> int:
    path = paths.private(paths.log_dir()) / "model.log"
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


class HostProcess:
    """A running model process. Made by ``start``."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        log_start: int,
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self._log_start = log_start
        self._last_words = ""

    @classmethod
    async def start(cls) -> HostProcess:
        """Start the process; to be called from the event loop's thread, whose end would kill it.

        Raises: EngineError.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                log_fd = _open_log()
            except OSError as error:
                ours.close()
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
                ours.close()
                why = error.strerror or str(error)
                raise EngineError("The model process cannot be started", why) from error
            finally:
                os.close(log_fd)
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        return cls(process, reader, writer, log_start)

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, frame: wire.Frame) -> None:
        """Queue a message; a process that is gone is noticed by ``receive``."""
        if not self._writer.is_closing():
            self._writer.write(wire.pack(frame))

    async def receive(self) -> wire.Frame | None:
        """The next message, or None when the process is gone."""
        try:
            size = wire.body_length(await self._reader.readexactly(wire.LENGTH.size))
            frame = wire.unpack(await self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, OSError):
            return None
        except wire.WireError as error:
            log.error("the model process sent something else than messages: %s", error)
            return None
        if frame["kind"] == "dying":
            self._last_words = str(frame["why"])
        return frame

    async def end(self) -> None:
        """End the process and wait until it is gone."""
        self._writer.close()
        try:
            await asyncio.wait_for(self._process.wait(), _GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    @property
    def crashed(self) -> bool:
        """Whether it ended by a fault of its own code, not by an exit or from outside."""
        return -(self._process.returncode or 0) in _FAULTS

    async def obituary(self) -> ModelDied:
        """Why the process ended, after ``receive`` gave None; ends it if it is still there."""
        await self.end()
        code = self._process.returncode or 0
        tail = self._log_tail()
        if self._last_words:
            why = f"llama.cpp gave up: {_SOURCE_FOLDER.sub('', self._last_words)}"
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
