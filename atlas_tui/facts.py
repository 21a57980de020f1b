"""What a run finds out: verdicts and facts about programs, embeddings, grades and reasons."""

from __future__ import annotations

from enum import StrEnum

from pydantic.dataclasses import dataclass


class Verdict(StrEnum):
    """The result of one run of a candidate, worst first where several apply."""

    IE = "IE"
    """Our fault: no sandbox, or the worker died."""
    CE = "CE"
    """Does not compile, or does not define what is called."""
    SV = "SV"
    """Killed for a system call no solution needs."""
    TLE = "TLE"
    MLE = "MLE"
    OLE = "OLE"
    RE = "RE"
    WA = "WA"
    OK = "OK"


class Grade(StrEnum):
    """How far the choice can be trusted."""

    VERIFIED = "verified"
    """Passes all samples, and every candidate that does agrees with it."""
    SAMPLES_ONLY = "samples only"
    """Passes all samples; nothing else confirms it."""
    SPLIT = "split"
    """Passes all samples, and so does another candidate that gives other outputs."""
    UNVERIFIED = "unverified"
    """Fails samples, or there was nothing to check it on."""


class Outcome(StrEnum):
    """How a run ended; ``exit_code`` in ``cli`` maps it to a process exit code."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NO_CANDIDATE = "no candidate"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was measured about one sandboxed run. Sizes in bytes, times in seconds."""

    exit_code: int | None = None
    signal: int | None = None
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_bytes: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    cut: bool = False
    """Output beyond the limit was thrown away."""
    limit: str = ""
    """The limit that fired: cpu, wall, memory, output, or empty."""
    tier: str = ""
    """Isolation it ran under: full or reduced."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """An embedding of a candidate by the model itself."""

    origin: str
    """How it was made; vectors of different origin must not be compared.

    ``generated-mean/answer`` and ``generated-mean/code``: mean of the last hidden states of the rows that
    were generated after the prompt, over the whole answer or inside its first fenced block.
    ``standalone-mean``: mean over a text that was read alone. ``remote-embedding:`` and a model's name: from
    a server's embeddings endpoint.
    """
    size: int
    """Number of components."""
    half: str
    """The components as little-endian float16, base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule of the choice and what it found."""

    rule: str
    """samples, agreement, log-probability, repair."""
    text: str
    """One sentence for the person."""
    decided: bool = False
    """Whether this rule picked the winner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTest:
    """A test the model wrote from the statement alone; its expected output is a guess until confirmed."""

    given: str
    """Input in the form of the problem's samples."""
    expected: str
    origin: str
    """Stage and draw it comes from."""
