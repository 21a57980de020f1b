"""One run as the supervisor sees it: what those in a warm worker and those in a box have in common.

Runs in the supervisor: standard library only.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from typing import Any

from atlas_tui.sandbox.supervisor import command
from atlas_tui.sandbox.supervisor.isolated import NOBODY
from atlas_tui.sandbox.supervisor.streams import Stream

STDERR_KEPT = 64 << 10
GRACE_SECONDS = 10.0
"""How much later than its own watch the supervisor ends a run."""
ENDING_SECONDS = 2.0
"""For a run that was killed to be over."""


class Run:
    """A program between its request and its answer."""

    def __init__(self, request: dict[str, Any], content: bytes) -> None:
        self.id, self.group = int(request["id"]), str(request.get("group", ""))
        self.request, self.content = request, content
        self.killed_for = ""
        self.tries = 0
        self.streams: dict[str, Stream] = {}
        self.inside: dict[str, Any] | None = None
        """What was measured, once it is over; None when it was killed before that."""
        self.key = ""
        self.deadline = float("inf")

    @property
    def size(self) -> int:
        """Bytes it holds while it waits."""
        return (
            len(self.content) + len(self.request.get("source", "")) + len(self.request.get("arguments", ""))
        )

    def open_streams(self, theirs: contextlib.ExitStack, drop: bool, *names: str) -> list[int]:
        """Make a pipe for each of ``names``; gives the ends to write to, which ``theirs`` closes."""
        output = self.request["limits"]["output_bytes"]
        limits = {
            "stdout": (output, output, False),
            "stderr": (STDERR_KEPT, max(output, STDERR_KEPT), True),
            # A result is ASCII JSON that the harness limits to ``output``, after a key and a status.
            "result": (output + 256, output + 256, False),
        }
        self.key, self.inside, self.killed_for = secrets.token_hex(16), None, ""
        self.tries += 1
        ends = []
        for name in names:
            reading, writing = os.pipe()
            theirs.callback(os.close, writing)
            os.set_blocking(reading, False)
            self.streams[name] = Stream(reading, *limits[name])
            if drop:
                os.fchown(writing, NOBODY, NOBODY)  # or /dev/stdout would not open
            ends.append(writing)
        self.deadline = time.monotonic() + self.request["limits"]["wall_seconds"] + GRACE_SECONDS
        return ends

    def memory(self, name: str, content: bytes, theirs: contextlib.ExitStack) -> int:
        descriptor = command.in_memory(name, content)
        theirs.callback(os.close, descriptor)
        return descriptor

    def stream_descriptors(self) -> list[int]:
        return [stream.descriptor for stream in self.streams.values() if stream.descriptor >= 0]

    def take(self, descriptor: int) -> None:
        """Read what came from one of its streams."""
        for stream in self.streams.values():
            if stream.descriptor == descriptor:
                stream.read()
        self._look_for_floods()

    def drain(self) -> None:
        """Read what is left, now that nobody writes any more."""
        for stream in self.streams.values():
            while stream.descriptor >= 0 and not stream.overflows and stream.read():
                pass
            stream.close()
        self._look_for_floods()

    def _look_for_floods(self) -> None:
        for name, stream in self.streams.items():
            if stream.overflows and not self.killed_for:
                self.kill("report" if name == "result" else "output")

    def kill(self, why: str) -> None:
        """Have it ended, and everything it started; the first reason is kept."""
        raise NotImplementedError

    @property
    def starved(self) -> bool:
        """Its time on the clock ran out because others had the processor: it deserves another try.

        Told by how long it was ready and waiting; where the kernel does not say, by how little it ran.
        """
        inside, limits = self.inside, self.request["limits"]
        if inside is None or inside["limit"] != "wall" or self.tries > 1:
            return False
        if inside["delayed"] < 0:
            return bool(inside["cpu"] < 0.5 * limits["cpu_seconds"])
        return bool(inside["delayed"] > 0.25 * limits["wall_seconds"])

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """What the app is told, and the bytes of stdout, stderr and result one after another."""
        key, parts = self.key.encode(), []
        for name in ("stdout", "stderr", "result"):
            content = self.streams[name].content() if name in self.streams else b""
            if name == "result":  # without the key something wrote to a descriptor that it guessed
                content = content[len(key) :] if content.startswith(key) else b""
            parts.append(content)
        message = {
            "id": self.id, "inside": self.inside, "killed_for": self.killed_for, "tries": self.tries,
            "sizes": [len(part) for part in parts], "stdout_bytes": self._total("stdout"),
            "stderr_bytes": self._total("stderr"),
        }  # fmt: skip
        return message, b"".join(parts)

    def _total(self, name: str) -> int:
        return self.streams[name].total if name in self.streams else 0
