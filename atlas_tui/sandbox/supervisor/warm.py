"""A run of a candidate in a warm worker.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import contextlib
import marshal
import time
from typing import Any

from atlas_tui.sandbox.supervisor.run import ENDING_SECONDS, Run
from atlas_tui.sandbox.supervisor.worker import Worker


class WarmRun(Run):
    """Begun in a worker that is ready, over when that has reported or is gone."""

    def __init__(self, request: dict[str, Any], content: bytes) -> None:
        super().__init__(request, content)
        self.worker: Worker | None = None

    def spec(self) -> dict[str, Any]:
        """What a worker must be like to run it."""
        return {name: self.request[name] for name in ("tier", "python", "bwrap")}

    def begin(self, worker: Worker, drop: bool) -> None:
        """Raises OSError when it cannot be begun there; ``collect`` is due then too."""
        self.worker = worker
        with contextlib.ExitStack() as theirs:
            ends = self.open_streams(theirs, drop, "stdout", "stderr", "result")
            request, limits = self.request, self.request["limits"]
            job = {"source": request["source"], "entry_point": request["entry_point"],
                   "arguments": request["arguments"], "key": self.key}  # fmt: skip
            given = [
                self.memory("job", marshal.dumps(job, 4), theirs),
                self.memory("stdin", self.content, theirs),
            ]
            order = {name: limits[name] for name in (
                "cpu_seconds", "wall_seconds", "memory_bytes", "output_bytes")}  # fmt: skip
            worker.give(order, [*given, *ends])

    def reported(self, report: dict[str, Any]) -> None:
        """What the worker says of its end; nothing of it is left there."""
        self.inside = report
        self.drain()

    def kill(self, why: str) -> None:
        self.killed_for = self.killed_for or why
        if self.worker is not None and self.inside is None:
            self.worker.stop_run()
            self.deadline = min(self.deadline, time.monotonic() + ENDING_SECONDS)

    def collect(self) -> None:
        """Let go of what it holds."""
        for stream in self.streams.values():
            stream.close()
        self.worker = None
