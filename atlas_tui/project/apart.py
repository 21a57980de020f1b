"""Outlines made in a process of their own, for grammars that some texts drive into taking gigabytes or hours.

Such a text takes them in one step of the parser, which nothing can end but the end of its process. The child
ends itself: by its limits of memory, and of processor time for each file.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from functools import lru_cache
from typing import IO, Any

from atlas_tui.engine import launch
from atlas_tui.syntax.outline import Outline, as_record, from_record, outline

TANGLING = frozenset({"c", "cpp", "java", "typescript", "tsx"})
"""Languages whose grammars are known to do so."""
MOST_BYTES = 1 << 30
"""Address space of the child."""
FILE_SECONDS = 4.0
"""Of processor time, for one file."""
_WALL_SECONDS = 60.0
"""For one file on a machine that is busy with other things."""
_LENGTH = struct.Struct(">I")


class Apart:
    """Makes outlines in a child, which is started when it is first needed. Not for several threads."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def outline(self, source: bytes, language: str, seconds: float) -> Outline | None:
        """As ``outline.outline``; None where the child ended over it."""
        child = self._child or self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        header = json.dumps([language, seconds]).encode()
        try:
            for part in (header, source):
                child.stdin.write(_LENGTH.pack(len(part)) + part)
            child.stdin.flush()
            answer = _answer(child.stdout, time.monotonic() + _WALL_SECONDS)
        except BrokenPipeError:
            answer = b""
        if not answer:
            self._end()
            return None
        return from_record(json.loads(answer))

    def _started(self) -> subprocess.Popen[bytes]:
        self._child = subprocess.Popen(
            launch.python_command("atlas_tui.project.apart"),
            env=launch.environment(),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


@lru_cache(maxsize=16)
def outlined(source: bytes, language: str) -> Outline:
    """The outline of a text that anyone may have written: empty and not whole where it cannot be had."""
    if language not in TANGLING:
        return outline(source, language)
    with Apart() as apart:
        found = apart.outline(source, language, FILE_SECONDS)
    return found or Outline(language=language, whole=False)


def _answer(stream: IO[bytes], deadline: float) -> bytes:
    """One message; empty where the child ends before, or is late."""
    wanted, found = _LENGTH.size, b""
    descriptor = stream.fileno()
    while len(found) < wanted:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        data = os.read(descriptor, wanted - len(found)) if ready else b""
        if not data:
            return b""
        found += data
        if len(found) == wanted == _LENGTH.size:
            wanted += _LENGTH.unpack(found)[0]
    return found[_LENGTH.size :]


def _serve(given: IO[bytes], answers: IO[bytes]) -> None:
    """The child: outlines until the other end is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        header, source = _message(given), _message(given)
        if header is None or source is None:
            return
        language, seconds = json.loads(header)
        # Its signal ends the process also in the middle of the parser's work.
        signal.setitimer(signal.ITIMER_PROF, FILE_SECONDS)
        record: list[Any] = as_record(outline(source, language, seconds))
        signal.setitimer(signal.ITIMER_PROF, 0)
        answer = json.dumps(record).encode("ascii")
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _message(stream: IO[bytes]) -> bytes | None:
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(length)
    return stream.read(size)


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
