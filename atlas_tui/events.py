"""The one vocabulary: everything that happens in a run, as frozen values with a JSON form.

The same stream draws the screen, prints ``--json``, is stored as the session and is replayed from it.
A consumer is a fold: ``state = f(state, event)``. If it is not an event, it did not happen.
"""

from __future__ import annotations

import time
from dataclasses import field
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from atlas_tui.facts import (
    Facts as Facts,
    Grade as Grade,
    Outcome as Outcome,
    Reason as Reason,
    Vector as Vector,
    Verdict as Verdict,
    WrittenTest as WrittenTest,
)
from atlas_tui.problem import Problem


class Stage(StrEnum):
    """The steps of one run, in order."""

    READ = "read"
    OBSERVE = "observe"
    PLAN = "plan"
    GENERATE = "generate"
    EVIDENCE = "evidence"
    CHOOSE = "choose"
    REPAIR = "repair"


class Part(StrEnum):
    """What a piece of streamed text belongs to."""

    OBSERVATIONS = "observations"
    PLAN = "plan"
    THINKING = "thinking"
    CODE = "code"
    TESTS = "tests"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has."""

    at: float = field(default_factory=time.time)
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    kind: Literal["RunStarted"] = "RunStarted"
    session: str
    model: str
    candidates: tuple[str, ...]
    """Labels: A, B, C."""
    seed: int
    isolation: str
    """full, reduced or none, with the reason."""
    version: str
    target: str = ""
    """Path of the file the solution is meant for; empty when none was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRead(Event):
    kind: Literal["ProblemRead"] = "ProblemRead"
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted(Event):
    """A stage begins. It begins again when the model had to be restarted: its text starts over."""

    kind: Literal["StageStarted"] = "StageStarted"
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnded(Event):
    kind: Literal["StageEnded"] = "StageEnded"
    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Event):
    """Prompt reading (prefill), in tokens."""

    kind: Literal["Progress"] = "Progress"
    stage: Stage
    done: int
    total: int
    reused: int
    """Tokens of ``total`` that were already in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Event):
    """A piece of text as the model writes it; several tokens may come in one piece."""

    kind: Literal["Text"] = "Text"
    candidate: str
    """Label, or empty for text that belongs to all."""
    part: Part
    delta: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsReady(Event):
    kind: Literal["ObservationsReady"] = "ObservationsReady"
    observations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReady(Event):
    kind: Literal["PlanReady"] = "PlanReady"
    candidate: str
    approach: str
    """The technique in a few words."""
    plan: str
    distinct: bool
    """Whether it differs from the plans before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReady(Event):
    kind: Literal["CandidateReady"] = "CandidateReady"
    candidate: str
    round: int
    """0 for the first attempt, then the repair round."""
    code: str
    error: str = ""
    """Why the reply holds no usable program: no code, or a syntax error with line and column."""
    tokens: int = 0
    thinking_tokens: int = 0
    mean_logprob: float | None = None
    """Mean natural log-probability of the generated tokens; unknown is null."""
    cut: bool = False
    """The answer reached its token budget."""
    embedding: Vector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """One candidate on one input, judged."""

    kind: Literal["RunFinished"] = "RunFinished"
    candidate: str
    round: int
    check: str
    """``sample 1`` and so on."""
    verdict: Verdict
    facts: Facts
    printed: str = ""
    """What it printed or returned, shortened."""
    stderr: str = ""
    """Last lines of standard error, shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFound(Event):
    """Candidates clustered by equal outputs; largest cluster first. One that never ended well is in none."""

    kind: Literal["AgreementFound"] = "AgreementFound"
    clusters: tuple[tuple[str, ...], ...]
    inputs: int
    """On how many inputs they were compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensScored(Event):
    """The learned score of a plan or candidate; without a trained lens there is a state and no score."""

    kind: Literal["LensScored"] = "LensScored"
    candidate: str
    subject: Literal["plan", "candidate"]
    state: Literal["untrained", "closed", "open"]
    score: float | None = None
    spread: float | None = None
    """Standard deviation of the score, in its own units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsWritten(Event):
    """Tests the model wrote from the statement, never from a candidate."""

    # Its name begins like a test class; pytest is told that it is none.
    __test__: ClassVar[bool] = False

    kind: Literal["TestsWritten"] = "TestsWritten"
    tests: tuple[WrittenTest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairTried(Event):
    kind: Literal["RepairTried"] = "RepairTried"
    candidate: str
    round: int
    perspective: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Event):
    kind: Literal["Chosen"] = "Chosen"
    candidate: str
    round: int = 0
    """Which attempt of that candidate: 0 for the first, then the repair round."""
    code: str
    grade: Grade
    passed: int
    """Samples passed."""
    samples: int
    """Samples there were."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(Event):
    """What one stage cost. Tokens and seconds; joules are null where they cannot be measured."""

    kind: Literal["Usage"] = "Usage"
    stage: Stage
    tokens_in: int
    tokens_out: int
    tokens_reused: int
    seconds: float
    joules: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Event):
    kind: Literal["Applied"] = "Applied"
    path: str
    entry: str
    """Id of the journal entry that undoes it."""
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Event):
    kind: Literal["Undone"] = "Undone"
    path: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Event):
    kind: Literal["Committed"] = "Committed"
    path: str
    commit: str
    """Full object id."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    kind: Literal["Cancelled"] = "Cancelled"
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """What happened, why, and what to do next; each one line. The run goes on until ``RunEnded``."""

    kind: Literal["Failed"] = "Failed"
    what: str
    why: str
    todo: str
    ours: bool = False
    """The fault is ours (a crash), not the input's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The last event of every run."""

    kind: Literal["RunEnded"] = "RunEnded"
    outcome: Outcome
    seconds: float


AnyEvent = Annotated[
    RunStarted
    | ProblemRead
    | StageStarted
    | StageEnded
    | Progress
    | Text
    | ObservationsReady
    | PlanReady
    | CandidateReady
    | RunFinished
    | AgreementFound
    | LensScored
    | TestsWritten
    | RepairTried
    | Chosen
    | Usage
    | Applied
    | Undone
    | Committed
    | Cancelled
    | Failed
    | RunEnded,
    Field(discriminator="kind"),
]

_adapter: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def to_json(event: Event) -> str:
    """The event as one line of JSON (no newline inside or at the end)."""
    return _adapter.dump_json(event).decode()  # type: ignore[arg-type]


def from_json(line: str | bytes) -> AnyEvent:
    """The event that ``to_json`` wrote.

    Raises:
        ValueError: the line is not an event of this version.
    """
    try:
        return _adapter.validate_json(line)
    except ValidationError as error:
        raise ValueError(f"not an event: {error.errors()[0]['msg']}") from error
