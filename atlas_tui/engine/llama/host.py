"""The model process: owns llama.cpp, answers the application over one socket, dies with it.

Started as ``python -m atlas_tui.engine.llama.host FD PARENT`` with standard output and error on a log file.
One thread makes every llama.cpp call; a second one reads the socket, so that a cancel is seen at once.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before llama.cpp's OpenMP is loaded: waiting threads sleep instead of spinning, which is many times
# faster as soon as anything else runs, such as the candidates' own programs.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GGML_NO_BACKTRACE", "1")

from atlas_tui.engine.base import EngineError, EngineEvent, SequenceRequest
from atlas_tui.engine.llama import wire
from atlas_tui.engine.llama.cancel import Cancellation

if TYPE_CHECKING:
    from atlas_tui.engine.llama.session import Session

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux); elsewhere the closed socket does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)  # it ended before the line above


class Host:
    """Reads commands, runs them one after another, and sends what comes of them."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._commands: queue.SimpleQueue[wire.Frame] = queue.SimpleQueue()
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._waiting: dict[int, Cancellation] = {}
        self._running: Cancellation | None = None

    def send(self, **frame: Any) -> None:
        try:
            self._sock.sendall(wire.pack(frame))
        except OSError:
            os._exit(0)  # the application is gone

    def last_words(self, message: str) -> None:
        """Tell why, right before llama.cpp aborts the process."""
        self.send(kind="dying", why=message)

    def read(self) -> None:
        """The reading thread. The end of the socket ends the process: nothing here is worth saving."""
        while (frame := wire.receive(self._sock)) is not None:
            match frame["do"]:
                case "cancel":
                    self._cancel(frame["call"], frame["ids"])
                case "generate":
                    ids = [row["id"] for row in frame["requests"]]
                    with self._lock:
                        self._waiting[frame["call"]] = Cancellation(ids)
                    self._commands.put(frame)
                case _:
                    self._commands.put(frame)
        os._exit(0)

    def _cancel(self, call: int, ids: Sequence[str] | None) -> None:
        with self._lock:
            cancel = self._waiting.get(call)
            if cancel is None:
                return
            cancel.add(ids)
            if cancel is self._running and cancel.everything and self._session is not None:
                self._session.interrupt()

    def serve(self) -> None:
        """The thread that owns llama.cpp."""
        while True:
            frame = self._commands.get()
            try:
                self._handle(frame)
            except EngineError as error:
                self.send(kind="refused", call=frame["call"], error=wire.from_error(error))

    def _handle(self, frame: wire.Frame) -> None:
        call = frame["call"]
        match frame["do"]:
            case "load":
                self._load(frame)
            case "count":
                tokens = self._loaded().count(wire.to_messages(frame["messages"]))
                self.send(kind="counted", call=call, tokens=tokens)
            case "generate":
                self._generate(call, [wire.to_request(row) for row in frame["requests"]])
            case other:
                raise EngineError("The model process was asked for something unknown", str(other))

    def _loaded(self) -> Session:
        if self._session is None:
            raise EngineError("No model is loaded")
        return self._session

    def _load(self, frame: wire.Frame) -> None:
        from atlas_tui.engine.llama import loading, native
        from atlas_tui.engine.llama.session import Session

        native_log = native.NativeLog()
        native_log.install()
        native.on_abort(self.last_words)
        wanted = loading.Wanted(Path(frame["path"]), frame["context"], frame["gpu_layers"], frame["threads"])
        session = Session(loading.load(wanted, native_log))
        self._session = session
        self.send(kind="loaded", call=frame["call"], info=wire.from_info(session.info))

    def _generate(self, call: int, requests: list[SequenceRequest]) -> None:
        session, cancel = self._loaded(), self._waiting[call]
        with self._lock:
            self._running = cancel
            if cancel.everything:
                session.interrupt()

        def send(event: EngineEvent) -> None:
            self.send(kind="event", call=call, body=wire.from_event(event))

        try:
            session.generate(requests, cancel, send)
        finally:
            with self._lock:
                self._running = None
                del self._waiting[call]
                session.resume()
        self.send(kind="done", call=call)


def _end_on_fault(fault: threading.ExceptHookArgs) -> None:
    """Without its reading thread the process would never notice that it is not wanted any more."""
    sys.__excepthook__(fault.exc_type, fault.exc_value or fault.exc_type(), fault.exc_traceback)
    sys.stderr.flush()
    os._exit(70)


def main() -> None:
    descriptor, parent = int(sys.argv[1]), int(sys.argv[2])
    die_with_parent(parent)
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.excepthook = _end_on_fault
    host = Host(socket.socket(fileno=descriptor))
    threading.Thread(target=host.read, daemon=True).start()
    host.serve()


if __name__ == "__main__":
    main()
