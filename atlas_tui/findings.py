"""What the stages of the method find: the events between the start of a run and its end.

``events`` is where others take them from; it holds the rest of the vocabulary.
"""

from __future__ import annotations

import time
from dataclasses import field
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic.dataclasses import dataclass

from atlas_tui.facts import (
    ChangedFile,
    Dropped,
    Facts,
    FailureClass,
    Gave,
    Grade,
    Reason,
    SplitInput,
    State,
    TriedInput,
    Vector,
    Verdict,
    WrittenTest,
)


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
    DERIVED = "derived"
    """Observations that follow from pairs of others."""
    PLAN = "plan"
    PERTURBATION = "perturbation"
    """What the prompt of a candidate is varied by, where the model writes it."""
    THINKING = "thinking"
    CODE = "code"
    TESTS = "tests"
    INPUTS = "inputs"
    """Inputs, or a program that prints them."""
    JUDGEMENT = "judgement"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event has."""

    at: float = field(default_factory=time.time)
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsReady(Event):
    kind: Literal["ObservationsReady"] = "ObservationsReady"
    observations: tuple[str, ...]
    origins: tuple[tuple[int, ...], ...] = ()
    """For each observation, the numbers (from 0) of those it was derived from; empty for a first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReady(Event):
    kind: Literal["PlanReady"] = "PlanReady"
    candidate: str
    approach: str
    """The technique in a few words."""
    plan: str
    distinct: bool
    """Whether it differs from the plans before it."""
    observations: tuple[int, ...] = ()
    """Numbers (from 0) of the observations it was made from."""
    draws: int = 1
    """How often it was drawn, because it repeated another plan or had no step."""
    cut: bool = False
    """It reached its token budget; its last line is left out."""
    embedding: Vector | None = None
    """Of the whole reply; no lens is trained on plans yet."""
    model_hash: str = ""
    """As of ``CandidateReady``; empty in earlier versions."""
    prompts: str = ""
    """As of ``CandidateReady``; empty in earlier versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbed(Event):
    """What the prompt of one candidate is varied by; a candidate without one has none."""

    kind: Literal["Perturbed"] = "Perturbed"
    candidate: str
    name: str
    family: str
    """role, instruction, style, restated or idea."""
    text: str


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
    thinking_budget: int = 0
    """Most tokens it could think; 0 means that thinking was off."""
    thinking_end: str = ""
    """How its thinking ended: closed, budget, loop or turn; empty where there was none."""
    waits: int = 0
    """Early ends of the thinking that were turned into "Wait"."""
    embedding: Vector | None = None
    model_hash: str = ""
    """Fingerprint of the model that wrote it, of a server its address; empty in earlier versions."""
    prompts: str = ""
    """Version of the prompts it was asked with; empty in earlier versions."""
    files: tuple[ChangedFile, ...] = ()
    """In mode change: the files as they would be; ``code`` is the difference, in the unified form."""
    flags: tuple[str, ...] = ()
    """Why it is not chosen by itself: it touches what it may not, in words."""
    notes: tuple[str, ...] = ()
    """Which pieces of the reply were not taken, and why, in words."""


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
    places: tuple[tuple[str, int], ...] = ()
    """In mode change: file and line of each step of the traceback inside the repository, innermost last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFound(Event):
    """Candidates clustered by equal outputs; largest cluster first. One that never ended well is in none."""

    kind: Literal["AgreementFound"] = "AgreementFound"
    clusters: tuple[tuple[str, ...], ...]
    inputs: int
    """On how many inputs they were compared."""
    shares: tuple[tuple[str, float], ...] = ()
    """For each candidate the mean share of these inputs on which it agrees with each, itself too: 0 to 1."""
    nearness: tuple[tuple[str, float], ...] = ()
    """The same mean over candidates that fail more samples; empty without such."""
    failures: tuple[tuple[str, int], ...] = ()
    """For each candidate on how many of these inputs it did not end well."""
    differ_on: str = ""
    """An input that tells the first two clusters apart, shortened; empty where there is none."""
    outputs: tuple[str, ...] = ()
    """What each cluster gives on that input, shortened; how it ends, where it gives nothing."""
    tried: tuple[TriedInput, ...] = ()
    """What each program gave on the first of these inputs, those that tell programs apart before others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensScored(Event):
    """The learned score of a plan or candidate; without a trained lens there is a state and no score."""

    kind: Literal["LensScored"] = "LensScored"
    candidate: str
    subject: Literal["plan", "candidate"]
    round: int | None = None
    """Which attempt of the candidate; null in earlier versions, which meant the latest."""
    state: Literal["untrained", "closed", "open"]
    score: float | None = None
    spread: float | None = None
    """Standard deviation of the score, in its own units."""
    place: tuple[float, float] | None = None
    """Where the candidate lies on the map that came before (``LensMapped``); null where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensMapped(Event):
    """A plane of the lens's space for a picture, which takes no part in the choice. It comes before the first
    score of a run, and again where the lens was trained anew: earlier places are not on this one."""

    kind: Literal["LensMapped"] = "LensMapped"
    left: float
    """Edges of the cells, in units of the metric."""
    right: float
    bottom: float
    top: float
    cells: tuple[tuple[float | None, ...], ...]
    """Rows from the top, each from the left: the mean energy, below the one at which right and wrong are as
    likely, of the candidates the lens was trained on; low is likely right. Null where none of them lies."""
    candidates: int
    """How many these are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsWritten(Event):
    """Tests the model wrote from the statement, never from a candidate."""

    # Its name begins like a test class; pytest is told that it is none.
    __test__: ClassVar[bool] = False

    kind: Literal["TestsWritten"] = "TestsWritten"
    tests: tuple[WrittenTest, ...]
    """Most trusted first."""
    draws: int = 0
    """Replies they come from."""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsRun(Event):
    """One attempt on the written tests."""

    __test__: ClassVar[bool] = False

    kind: Literal["TestsRun"] = "TestsRun"
    candidate: str
    round: int
    passed: tuple[int, ...]
    """Numbers (from 0) of the tests it passed."""
    tests: int
    gave: tuple[Gave, ...] = ()
    """What it gave on the first of these tests, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsWritten(Event):
    """Inputs that a program of the model printed in the sandbox. Nobody knows their answers."""

    kind: Literal["InputsWritten"] = "InputsWritten"
    inputs: tuple[str, ...]
    code: str
    """The program."""
    verdict: Verdict | None = None
    """How it ended; null where it was not run."""
    why: str = ""
    """Why it gave no inputs, or not all of them."""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitJudged(Event):
    """Two programs that disagree, judged by the model on what they really gave (S*)."""

    kind: Literal["SplitJudged"] = "SplitJudged"
    first: str
    """Label of a candidate, as is ``second``."""
    second: str
    first_round: int = 0
    second_round: int = 0
    inputs: tuple[SplitInput, ...]
    votes: tuple[int, int]
    """Judgements for the first and for the second."""
    winner: str
    """A label; empty is a tie."""
    why: str
    """One sentence for the person."""
    written: int = 0
    """Inputs the model wrote to tell them apart."""
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFound(Event):
    """Why an attempt fails."""

    kind: Literal["FailureFound"] = "FailureFound"
    candidate: str
    round: int
    failure: FailureClass
    source: Literal["evidence", "model"]
    """The model is asked only where the runs leave it open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairTried(Event):
    kind: Literal["RepairTried"] = "RepairTried"
    candidate: str
    round: int
    perspective: str
    kept: bool
    reason: str
    parent: int = 0
    """The round it was made from."""
    failure: FailureClass | None = None
    """Of the parent; null where it was not looked for."""
    before: int | None = None
    """Samples the parent passed."""
    after: int | None = None
    """Samples it passes itself; null where it was not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep(Event):
    """What the loop does next, and why."""

    kind: Literal["NextStep"] = "NextStep"
    step: Literal["stop", "more", "think", "repair", "compare", "tests", "separate"]
    why: str
    """One sentence for the person."""
    state: State | None = None
    """What the evidence comes to."""
    candidates: tuple[str, ...] = ()
    """Labels of the candidates that are drawn now."""
    thinking: int = 0
    """Most thinking tokens of each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetReached(Event):
    """A budget is used up: what it was for ends, with the best so far. What was spent is of the whole run."""

    kind: Literal["BudgetReached"] = "BudgetReached"
    stage: Stage
    scope: Literal["problem", "stage"]
    unit: Literal["tokens", "seconds", "rounds"]
    limit: float
    tokens: int
    """Written by the model so far."""
    seconds: float
    """Without loading the model."""
    rounds: int
    """Further candidates and repairs."""


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
    state: State | None = None
    """What the evidence comes to; null in sessions of earlier versions."""
    probability: float | None = None
    """How often a choice in this state was right, 0 to 1; null where that was not measured."""
    tied: tuple[str, ...] = ()
    """Other candidates that no rule told from the chosen one; the first by label was taken."""
