"""The seam between the method and whatever isolates candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from atlas_tui.events import Facts, Verdict
from atlas_tui.problem import Limits


class Tier(StrEnum):
    FULL = "full"
    REDUCED = "reduced"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What holds candidates on this machine, found by trying."""

    tier: Tier
    why: str
    """One line: the mechanism, or what is missing and what to install."""
    python: str = ""
    """The interpreter candidates run on, as it was found to work inside."""
    python_version: str = ""
    held: tuple[str, ...] = ()
    """What was tried inside and did not work, in words."""
    cached: bool = False
    """Tried earlier, on this machine since it was started; not again now."""

    def __str__(self) -> str:
        return f"{self.tier}, {self.why}"


class Policy(StrEnum):
    """What a program may do."""

    STRICT = "strict"
    """Standard input and output, files in a folder of its own, threads; no process, program or network."""
    PROJECT = "project"
    """Also processes, programs and a network of its own that holds nothing but itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of one program. Expected outputs are not part of it: they never enter the sandbox."""

    source: str = ""
    stdin: bytes = b""
    """Program mode: standard input."""
    entry_point: str = ""
    """Function mode: what to call; empty means program mode."""
    arguments: str = ""
    """Function mode: JSON array of positional arguments; for a class, names of calls and their arguments."""
    language: str = "python"
    limits: Limits = field(default_factory=Limits)
    policy: Policy = Policy.STRICT
    command: tuple[str, ...] = ()
    """Policy project: what is executed instead of ``source``; looked up inside, without a shell."""
    tree: str = ""
    """Policy project: absolute path of a folder; the program starts in a private copy of it, without .git."""
    files: tuple[tuple[str, bytes | None], ...] = ()
    """Of that copy: paths below its top, with ``/``, and what is there instead; None for no file.

    IE where one leads outside, into .git, or through a link.
    """
    shown: tuple[str, ...] = ()
    """Policy project: further folders it may read, like a virtual environment."""
    environment: tuple[tuple[str, str], ...] = ()
    """Policy project: variables besides PATH, LANG and HOME."""
    group: str = ""
    """Runs of different groups take turns; those of one group are run in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended, before its output is judged."""

    verdict: Verdict
    """OK here means: ended by itself, within limits."""
    stdout: bytes = b""
    """Up to the output limit."""
    stderr: bytes = b""
    result: str | None = None
    """Function mode: the returned value as strict JSON; None when there is none."""
    facts: Facts = field(default_factory=Facts)


class Sandbox(Protocol):
    """Runs candidates where they can do no harm."""

    async def probe(self) -> Isolation:
        """What isolation there is; tried once, then remembered."""
        ...

    async def run(self, job: Job) -> Ran:
        """Run to its end or its limits. What the program does never raises; IE when there is no isolation.

        Cancelling the awaiting task kills the run and everything it started.
        """
        ...

    async def close(self) -> None:
        """Kill what runs and leave nothing behind."""
        ...
