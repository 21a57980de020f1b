"""What a run finds out: verdicts and facts about programs, embeddings, grades and reasons."""

from __future__ import annotations

from dataclasses import field
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


class State(StrEnum):
    """What the evidence about all candidates comes to."""

    ALL_AGREE = "all pass, identical outputs"
    SOME_AGREE = "several pass, identical outputs"
    """Not every candidate passes the samples; those that do agree."""
    MOST_AGREE = "several pass, most agree"
    SPLIT = "several pass, outputs differ"
    """No two of them, or no more of them than of others, agree on all inputs."""
    NOT_COMPARED = "several pass, not compared"
    """There was no input to compare them on."""
    ONE = "one passes"
    NONE = "none passes"
    UNCHECKED = "nothing to check on"
    """No samples, or nothing was run."""


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
class Gave:
    """What one program gave on one input."""

    candidate: str
    round: int = 0
    verdict: Verdict
    """Judged where the answer is known; where it is not, OK means that it ended well."""
    facts: Facts = field(default_factory=Facts)
    printed: str = ""
    """What it printed or returned, shortened."""
    stderr: str = ""
    """Last lines of standard error, shortened."""
    group: int = -1
    """Programs that give the same on this input have one number, from 0.

    -1 where it did not end well, or was judged.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedInput:
    """An input whose answer nobody knows, and what each program gave on it."""

    number: int
    """Its place among the inputs of the comparison, from 1."""
    given: str
    """Shortened."""
    gave: tuple[Gave, ...]


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
class ChangedFile:
    """One file of a repository as a candidate would have it."""

    path: str
    """Relative to the root, with ``/``."""
    text: str = ""
    data: str = ""
    """The content in base64, where it is no UTF-8; ``text`` is empty then."""
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule of the choice and what it found."""

    rule: str
    """samples, agreement, near misses, self-tests, outputs judged, lens, log-probability, length."""
    text: str
    """One sentence for the person, made from the other fields."""
    decided: bool = False
    """Whether this rule picked the winner."""
    kept: tuple[str, ...] = ()
    """Labels of the candidates that it left, of those it was given."""
    lost: tuple[str, ...] = ()
    """Labels of those it took out."""
    scores: tuple[tuple[str, float], ...] = ()
    """What it compared, by label; more is better. In the rule's own units."""
    of: int = 0
    """Samples, inputs or tests that the scores are about."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Candidates that are the same to this rule, where it knows: clusters of equal outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTest:
    """A test the model wrote from the statement alone; its expected output is a guess until confirmed."""

    given: str
    """Input in the form of the problem's samples."""
    expected: str
    origin: str
    """Stage and draw it comes from."""
    trust: float = 0.0
    """How likely its expected output is right, 0 to 1, from agreement with samples and between draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What the model wrote and was not taken, by reason."""

    why: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitInput:
    """An input on which two programs really differ, and how often each was judged to be right on it."""

    given: str
    first: str
    """What the first gave, shortened; how it ended, where it gave nothing."""
    second: str
    votes_first: int
    votes_second: int
    votes_neither: int


class FailureClass(StrEnum):
    """Why a program fails, as far as its runs tell."""

    NONE = "none"
    """It does not fail where it was run."""
    EDGE = "edge"
    """Right on most samples; a special case is missing."""
    ALGORITHM = "algorithm"
    """Wrong on all or most samples."""
    SLOW = "slow"
    MEMORY = "memory"
    CRASH = "crash"
    FORMAT = "format"
    """The right answer in a wrong form, or none where one belongs."""
    UNUSABLE = "unusable"
    """No program, or none that compiles and defines what is called."""
    OPEN = "open"
    """The runs do not tell."""


FAILURES: dict[FailureClass, str] = {
    FailureClass.NONE: "not where it was run",
    FailureClass.EDGE: "a special case is missing",
    FailureClass.ALGORITHM: "the algorithm is wrong",
    FailureClass.SLOW: "too slow",
    FailureClass.MEMORY: "too much memory",
    FailureClass.CRASH: "it crashes",
    FailureClass.FORMAT: "the answer has a wrong form",
    FailureClass.UNUSABLE: "no usable program",
    FailureClass.OPEN: "the runs do not tell",
}
"""The same as a person is told it, in whatever room."""
