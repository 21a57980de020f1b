"""What a person asks for: a statement, its samples, and how its solution is called."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a candidate is run."""

    PROGRAM = "program"
    """A program that reads standard input and writes standard output."""
    FUNCTION = "function"
    """A function (or a method of a class ``Solution``) that is called with arguments."""
    CHANGE = "change"
    """A change in a repository, which the repository's own tests decide on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One public test out of the statement.

    In program mode ``given`` is the standard input and ``expected`` the standard output.
    In function mode ``given`` is a JSON array of positional arguments and ``expected`` a JSON value.
    In change mode ``given`` names a test, or tests, and ``expected`` says in words what they are to do.
    """

    given: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run of a candidate may use."""

    cpu_seconds: float = 4.0
    wall_seconds: float = 12.0
    memory_bytes: int = 512 << 20
    output_bytes: int = 1 << 20


def wall_seconds(cpu_seconds: float) -> float:
    """Wall time that goes with CPU time: the machine is shared, and to start takes a moment as well."""
    return max(3 * cpu_seconds, cpu_seconds + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The repository that a change is asked for, as it stood when the problem was read; paths are relative to
    its root and written with ``/``, but where they are said to be absolute."""

    root: str
    """Absolute path of the person's own folder. Nothing is ever run there."""
    base: str
    """Absolute path of a private copy of it, uncommitted changes included: what candidates build on."""
    identity: str
    """SHA-256 over names and contents of that copy."""
    head: str = ""
    """Branch, commit and uncommitted files, in words."""
    command: tuple[str, ...] = ()
    """The test command, as the person would type it at the root; never through a shell."""
    runner: str = ""
    """Who reads its results: a name of ``atlas_tui.project.runners``."""
    required: tuple[str, ...] = ()
    """Ids of the tests that fail now and have to pass."""
    kept: tuple[str, ...] = ()
    """Ids of the tests that pass now and have to go on passing."""
    flaky: tuple[str, ...] = ()
    """Ids of the tests that did not end alike when nothing was changed: they decide nothing."""
    allowed: tuple[str, ...] = ()
    """Glob patterns of the files that may be changed; empty: all that are not ``protected``."""
    protected: tuple[str, ...] = ()
    """Glob patterns of files that decide (tests, what configures them); a candidate may not change them."""
    targets: tuple[str, ...] = ()
    """Files, or ``file::symbol``, that the person named."""
    context: str = ""
    """What the model is shown of the repository."""
    left_out: tuple[str, ...] = ()
    """What had no room there, or was not read (binary, generated, too large), in words."""
    shown: tuple[str, ...] = ()
    """Absolute paths of the person's environment that tests may read, such as a virtual environment."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables the tests get, those before the command included."""
    assigned: tuple[tuple[str, str], ...] = ()
    """Variables that the person, or a file of the repository, sets before the command."""
    told: str = ""
    """Of the statement: what the model is shown, where all of it is too long for its context; else empty."""
    failures: tuple[tuple[str, str], ...] = ()
    """Of required tests, by id: what each said when nothing was changed, shortened."""

    @property
    def command_line(self) -> str:
        """The test command in one line, with the variables before it; it can be read back."""
        return command_line(self.command, self.assigned)


def command_line(words: Sequence[str], assigned: Sequence[tuple[str, str]] = ()) -> str:
    """A command as a person would type it; its steps are joined by ``&&``."""
    before = [f"{name}={shlex.quote(value)}" for name, value in assigned]
    return " ".join([*before, *(word if word == "&&" else shlex.quote(word) for word in words)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem as it was read; the person sees every field and may correct it."""

    statement: str
    mode: Mode
    samples: tuple[Sample, ...] = ()
    entry_point: str = ""
    """Name of the function to call; empty in program mode."""
    signature: str = ""
    """The ``def`` line or starter code that the statement gives; may be empty."""
    language: str = "python"
    limits: Limits = Limits()
    source: str = ""
    """Where the text came from: a path, ``-`` for standard input, empty for typed text."""
    notes: tuple[str, ...] = ()
    """What the reader was unsure of, in words for the person."""
    project: Project | None = None
    """In mode change: the repository. ``samples`` are then its checks (``atlas_tui.project.checks``)."""
