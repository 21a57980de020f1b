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

    def __str__(self) -> str:
        return f"{self.tier}, {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of one program. Expected outputs are not part of it: they never enter the sandbox."""

    source: str
    stdin: bytes = b""
    """Program mode: standard input."""
    entry_point: str = ""
    """Function mode: what to call; empty means program mode."""
    arguments: str = ""
    """Function mode: JSON array of positional arguments."""
    language: str = "python"
    limits: Limits = field(default_factory=Limits)


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
