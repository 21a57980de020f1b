"""The one vocabulary: everything that happens in a run, as frozen values with a JSON form.

The same stream draws the screen, prints ``--json``, is stored as the session and is replayed from it.
A consumer is a fold: ``state = f(state, event)``. If it is not an event, it did not happen.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from atlas_tui.facts import (
    ChangedFile as ChangedFile,
    Dropped as Dropped,
    Facts as Facts,
    FailureClass as FailureClass,
    Gave as Gave,
    Grade as Grade,
    Outcome as Outcome,
    Reason as Reason,
    SplitInput as SplitInput,
    State as State,
    TriedInput as TriedInput,
    Vector as Vector,
    Verdict as Verdict,
    WrittenTest as WrittenTest,
)
from atlas_tui.findings import (
    AgreementFound as AgreementFound,
    BudgetReached as BudgetReached,
    CandidateReady as CandidateReady,
    Chosen as Chosen,
    Event as Event,
    FailureFound as FailureFound,
    InputsWritten as InputsWritten,
    LensMapped as LensMapped,
    LensScored as LensScored,
    NextStep as NextStep,
    ObservationsReady as ObservationsReady,
    Part as Part,
    Perturbed as Perturbed,
    PlanReady as PlanReady,
    RepairTried as RepairTried,
    RunFinished as RunFinished,
    SplitJudged as SplitJudged,
    Stage as Stage,
    TestsRun as TestsRun,
    TestsWritten as TestsWritten,
)
from atlas_tui.problem import Problem


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
    most_tokens: int = 0
    """Tokens the model may write in it; 0 sets no limit."""
    most_seconds: float = 0.0
    """Seconds it may take; 0 sets no limit."""
    most_thinking: int = 0
    """Thinking tokens of each solution by the settings; 0 means that thinking is off, or not known."""


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
class BaseRead(Event):
    """The target as it was when the run began: its bytes are what a solution is placed into."""

    kind: Literal["BaseRead"] = "BaseRead"
    path: str
    """Below the root of the working tree, with ``/``."""
    exists: bool
    sha256: str
    """Of its bytes; empty where it does not exist."""
    mode: int
    """Permission bits; of a new file those it will get."""
    eol: str
    """The line end of most lines."""
    encoding: str
    final_newline: bool
    commit: str
    """What HEAD is, as a full object id; empty without git or before the first commit."""
    dirty: tuple[str, ...]
    """Paths that differ from that commit, the first of them where there are very many."""
    root: str = ""
    """The folder of the working tree; empty where an earlier version recorded the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetTested(Event):
    """The file as it would be with some hunks of a candidate taken, run on the samples."""

    kind: Literal["SubsetTested"] = "SubsetTested"
    candidate: str
    round: int
    hunks: tuple[int, ...]
    """Numbers (from 1) of the hunks taken."""
    passed: int
    """Samples passed."""
    samples: int
    """Samples it was run on."""
    state: str
    """Why it could not be tested: then it counts as untested, never as passed. Empty where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Event):
    kind: Literal["Applied"] = "Applied"
    path: str
    entry: str
    """Id of the journal entry that undoes it."""
    created: bool
    hunks: tuple[int, ...] = ()
    """Numbers (from 1) of the hunks that were taken; empty: all of them."""
    group: str = ""
    """What was written at once and is undone at once has one group; empty: it stands alone."""
    candidate: str = ""
    """Whose program it is; empty in earlier versions."""
    round: int = 0
    """Which attempt of that candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Event):
    kind: Literal["Undone"] = "Undone"
    path: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone(Event):
    """A write that was undone took place again."""

    kind: Literal["Redone"] = "Redone"
    path: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Event):
    kind: Literal["Committed"] = "Committed"
    path: str
    commit: str
    """Full object id."""
    message: str
    branch: str = ""
    """The branch it is on; empty where HEAD is detached."""
    output: str = ""
    """What git and the hooks printed, its last lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    kind: Literal["Cancelled"] = "Cancelled"
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateStopped(Event):
    """The person stopped one candidate; the run goes on with the others."""

    kind: Literal["CandidateStopped"] = "CandidateStopped"
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneOn(Event):
    """The person asked for more after the run had ended: it is on again, up to its next ``RunEnded``."""

    kind: Literal["GoneOn"] = "GoneOn"
    step: Literal["more", "repair"]
    candidate: str = ""
    """The one to repair; empty for more candidates."""
    model: str
    isolation: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred(Event):
    """The person's own choice among the candidates: a label, whatever the evidence says."""

    kind: Literal["Preferred"] = "Preferred"
    candidate: str
    """Empty: an earlier preference was taken back."""
    round: int = 0
    """Which attempt of that candidate."""
    over: str = ""
    """The candidate the method had chosen, which may be the same; empty where it chose none."""
    over_round: int = 0


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
    """The last event of every run; only what the person does afterwards may follow."""

    kind: Literal["RunEnded"] = "RunEnded"
    outcome: Outcome
    seconds: float
    """Of the whole run; where it has gone on, without the time between."""


AnyEvent = Annotated[
    RunStarted
    | ProblemRead
    | BaseRead
    | StageStarted
    | StageEnded
    | Progress
    | Text
    | ObservationsReady
    | PlanReady
    | Perturbed
    | CandidateReady
    | RunFinished
    | AgreementFound
    | LensScored
    | LensMapped
    | TestsWritten
    | TestsRun
    | InputsWritten
    | SplitJudged
    | FailureFound
    | RepairTried
    | NextStep
    | BudgetReached
    | Chosen
    | Usage
    | SubsetTested
    | Applied
    | Undone
    | Redone
    | Committed
    | Cancelled
    | CandidateStopped
    | GoneOn
    | Preferred
    | Failed
    | RunEnded,
    Field(discriminator="kind"),
]

_adapter: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)


def to_json(event: Event) -> str:
    """The event as one line of JSON (no newline inside or at the end).

    What is no Unicode, as the name of a file may be, becomes replacement characters.
    """
    try:
        return _adapter.dump_json(event).decode()  # type: ignore[arg-type]
    except ValueError:
        text = json.dumps(_adapter.dump_python(event, mode="json"), ensure_ascii=False)  # type: ignore[arg-type]
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def from_json(line: str | bytes) -> AnyEvent:
    """The event that ``to_json`` wrote.

    Raises:
        ValueError: the line is not an event of this version.
    """
    try:
        return _adapter.validate_json(line)
    except ValidationError as error:
        raise ValueError(f"not an event: {error.errors()[0]['msg']}") from error
