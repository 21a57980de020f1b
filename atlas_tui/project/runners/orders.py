"""What a runner asks the controller in the sandbox for, and what that told: the words between both."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from atlas_tui.project.base import TestCase

PYTHON = "{python}"
"""As the first word: the interpreter of the sandbox, which has the standard library only."""
PACKAGE, FOLDER, REPORT = "{package}", "{folder}", "{report}"
"""Filled in inside: the package of ``Order.files``, the folder that it lies in, a path to write to."""
REPORT_BYTES, PRINTED_BYTES, BULK_BYTES = 24 << 20, 24 << 10, 2 << 20
_LENGTH = struct.Struct(">I")


class Channel(StrEnum):
    """How results reach the controller."""

    SECRET = "secret"
    """Over a pipe, each line with a secret that our reporter in the tool's process alone holds."""
    LINES = "lines"
    """The tool's standard output is its machine format, a JSON object a line."""
    PIPE = "pipe"
    """One document, written to the file ``REPORT``."""
    NONE = "none"
    """Not at all: files it leaves, or its exit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One test command as the controller takes it."""

    choices: tuple[tuple[str, ...], ...]
    """Command lines; the first whose program is there is executed."""
    channel: Channel
    files: Mapping[str, str] = field(default_factory=dict)
    """Names and contents of what is put into the package."""
    environment: Mapping[str, str] = field(default_factory=dict)
    importable: bool = False
    """The folder of the package comes first in PYTHONPATH."""
    reports: tuple[str, ...] = ()
    """Glob patterns of files that it leaves, in any folder, as its report; those there before are removed."""
    linked: str = ""
    """A variable that names a folder of folders which the tool wants to write to: it gets one of its own,
    with links to the files that are there."""
    before: tuple[tuple[str, ...], ...] = ()
    """Command lines that are run first; where one fails, nothing else is run."""
    after: tuple[tuple[str, ...], ...] = ()
    """Command lines that are run last."""
    globs: bool = False
    """Patterns among the words stand for the files that they match, as a shell has it."""
    programs: tuple[str, ...] | None = None
    """Arguments of the test programs that cargo says it has built; None where it is not cargo."""
    bulk: str = ""
    """Lines with this in them are left out beyond ``BULK_BYTES``."""

    def message(self, seconds: float) -> bytes:
        """For the standard input of the controller."""
        values = asdict(self) | {
            "seconds": seconds, "report_bytes": REPORT_BYTES, "printed_bytes": PRINTED_BYTES,
            "bulk_bytes": BULK_BYTES,
        }  # fmt: skip
        return json.dumps(values).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came out of the sandbox; all of it may be made up by what ran there, so nothing of it is trusted
    further than its channel goes."""

    lines: tuple[tuple[str, str], ...] = ()
    """Lines of the report with their tag: the file that a test program of cargo was built from, or empty."""
    files: tuple[tuple[str, str], ...] = ()
    """Path and text of reports; the path of a document on ``REPORT`` is empty."""
    steps: tuple[tuple[str, int | None, str], ...] = ()
    """Of what ran before and after: the command line, its exit code (None where it did not end) and what it
    printed."""
    programs: tuple[tuple[str, int | None], ...] = ()
    """Tag and exit code of each test program that cargo built; None where it was killed."""
    ended: bool = False
    """The controller told its end."""
    code: int | None = None
    """Exit code of the command; negative for a signal, None where it was not started or did not end."""
    why: str = ""
    """``missing`` or ``time``, where it did not end by itself; ``before``: a step before it failed."""
    program: str = ""
    """What was missing, or which step failed."""
    printed: str = ""
    cut: bool = False
    """Some of the report is left out, because it was too large."""

    def objects(self) -> list[tuple[dict[str, Any], str]]:
        """The lines that are JSON objects, with their tags."""
        found = []
        for line, tag in self.lines:
            value = _parsed(line)
            if isinstance(value, dict):
                found.append((value, tag))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a runner makes of what was told."""

    cases: tuple[TestCase, ...] = ()
    whole: bool = False
    running: str = ""
    """The test that had begun and not ended."""
    fault: str = ""
    """Why nothing, or not all, was run, as far as the report says so; in words."""


class Runner(Protocol):
    """One kind of test tool."""

    @property
    def name(self) -> str:
        """For ``Project.runner``."""
        ...

    @property
    def caution(self) -> str:
        """What the person must know of how results are read, in words; empty where there is nothing."""
        ...

    def fits(self, words: Sequence[str]) -> bool:
        """Whether it knows how to run this command."""
        ...

    def named(self, words: Sequence[str]) -> tuple[str, ...]:
        """Files, folders or tests that the command names, as it does."""
        ...

    def order(self, words: Sequence[str], tests: Sequence[str]) -> Order:
        """How to run these tests (none: all) of the command."""
        ...

    def read(self, told: Told, words: Sequence[str]) -> Reading:
        """The results."""
        ...

    def file_of(self, test: str) -> str:
        """The file that a test lies in as far as its id tells; empty where it does not."""
        ...


def told(content: bytes) -> Told:
    """What the frames of the controller say; those that are broken end it."""
    lines, files, programs, steps, end = [], [], [], [], dict[str, Any]()
    place = 0
    while place + _LENGTH.size <= len(content):
        (size,) = _LENGTH.unpack_from(content, place)
        place += _LENGTH.size
        frame = _parsed(content[place : place + size].decode("ascii", "replace"))
        if place + size > len(content) or not isinstance(frame, dict):
            break
        place += size
        kind = frame.get("kind")
        if kind == "line":
            lines.append((clean(frame["text"]), clean(frame["tag"] or "")))
        elif kind == "file":
            files.append((clean(frame["path"]), clean(frame["text"])))
        elif kind == "ended":
            programs.append((clean(frame["tag"]), frame["code"]))
        elif kind == "step":
            steps.append((clean(frame["line"]), frame["code"], clean(frame["printed"])))
        elif kind == "end":
            end = frame
    return Told(
        lines=tuple(lines), files=tuple(files), programs=tuple(programs), steps=tuple(steps),
        ended=bool(end), code=end.get("code"), why=end.get("why", ""),
        program=clean(end.get("program", "")), printed=clean(end.get("printed", "")),
        cut=bool(end.get("cut")),
    )  # fmt: skip


def clean(text: object) -> str:
    """``text`` without what no file can hold: lone surrogates."""
    return str(text).encode("utf-8", "replace").decode("utf-8")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
