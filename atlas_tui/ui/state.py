"""What is known about one run, as plain values; ``fold.py`` makes them from events. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from atlas_tui.events import (
    AgreementFound,
    Applied,
    BaseRead,
    BudgetReached,
    Cancelled,
    Chosen,
    Committed,
    Failed,
    FailureFound,
    InputsWritten,
    NextStep,
    Perturbed,
    Progress,
    RepairTried,
    RunEnded,
    RunFinished,
    SplitJudged,
    Stage,
    SubsetTested,
    TestsRun,
    TestsWritten,
    Undone,
    Verdict,
)
from atlas_tui.problem import Problem

WINDOW = 2.0
"""Seconds over which tokens per second are averaged."""

Rung = (
    NextStep
    | TestsWritten
    | TestsRun
    | InputsWritten
    | AgreementFound
    | SplitJudged
    | FailureFound
    | RepairTried
)
"""What the run decided to do next, and what came of it."""


class Phase(StrEnum):
    """Where one candidate is."""

    WAITING = "waiting"
    PLANNING = "planning"
    PLANNED = "planned"
    WRITING = "writing"
    WRITTEN = "written"
    REPAIRING = "repairing"
    FAILED = "unusable"


@dataclass(frozen=True, slots=True)
class Pace:
    """Tokens counted so far, and when the latest came, to tell the current speed."""

    tokens: int = 0
    recent: tuple[tuple[float, int], ...] = ()

    def add(self, at: float, tokens: int) -> Pace:
        kept = tuple(entry for entry in self.recent if entry[0] > at - WINDOW)
        return Pace(self.tokens + tokens, (*kept, (at, tokens)))

    def rate(self, now: float) -> float:
        """Tokens per second at ``now``; 0.0 when nothing came within the window."""
        window = [entry for entry in self.recent if entry[0] > now - WINDOW]
        if len(window) < 2:
            return 0.0
        # The first entry opens the interval: its tokens were made before it.
        elapsed = max(now - window[0][0], 0.05)
        return sum(tokens for _, tokens in window[1:]) / elapsed


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage: when it began, and its length once it has ended."""

    stage: Stage
    started: float
    seconds: float | None = None
    rungs: int = 0
    """Of the run, when the stage began."""

    @property
    def running(self) -> bool:
        return self.seconds is None

    def elapsed(self, now: float) -> float:
        return self.seconds if self.seconds is not None else max(0.0, now - self.started)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One program of a candidate: the first (round 0) or that of a repair round."""

    round: int
    streamed: str = ""
    """The reply as it came, fences and all."""
    code: str | None = None
    """The program out of the reply; None while it is being written."""
    error: str = ""
    cut: bool = False
    mean_logprob: float | None = None
    runs: tuple[RunFinished, ...] = ()

    @property
    def passed(self) -> int:
        return sum(run.verdict is Verdict.OK for run in self.runs)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Everything known about one candidate."""

    label: str
    phase: Phase = Phase.WAITING
    approach: str = ""
    plan: str = ""
    distinct: bool = True
    perturbed: Perturbed | None = None
    """What its prompt was varied by."""
    thinking: int = 0
    """Thinking tokens so far."""
    pace: Pace = Pace()
    attempts: tuple[Attempt, ...] = ()
    repairs: tuple[RepairTried, ...] = ()

    @property
    def latest(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def standing(self) -> Attempt | None:
        """The attempt this candidate stands for: the latest finished one that was kept."""
        dropped = {tried.round for tried in self.repairs if not tried.kept}
        kept = [
            attempt for attempt in self.attempts if attempt.code is not None and attempt.round not in dropped
        ]
        return kept[-1] if kept else None


@dataclass(frozen=True, slots=True)
class RunState:
    """One run, as far as its events tell it."""

    session: str = ""
    model: str = ""
    seed: int = 0
    isolation: str = ""
    target: str = ""
    base: BaseRead | None = None
    """The target as it was when the run began."""
    problem: Problem | None = None
    started: float = 0.0
    observations: str = ""
    stages: tuple[StageState, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    prefill: Progress | None = None
    rungs: tuple[Rung, ...] = ()
    """As they came."""
    chosen: Chosen | None = None
    pace: Pace = Pace()
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_reused: int = 0
    budgets: tuple[BudgetReached, ...] = ()
    """What was used up."""
    failures: tuple[Failed, ...] = ()
    cancelled: Cancelled | None = None
    ended: RunEnded | None = None
    tested: tuple[SubsetTested, ...] = ()
    """What was accepted only in part, and run again."""
    writes: tuple[Applied, ...] = ()
    """Those that stand, oldest first."""
    taken_back: tuple[Applied, ...] = ()
    """Writes that were undone, the latest last; a new write ends what can be redone."""
    in_commit: frozenset[str] = frozenset()
    """Entries of writes that were committed."""
    undone: Undone | None = None
    """The latest; None once something was written after it."""
    last_commit: Committed | None = None
    commit_paths: tuple[str, ...] = ()
    """The files in it."""
    reverted: Committed | None = None
    """The commit that took ours back; the files are another matter."""

    @property
    def applied(self) -> Applied | None:
        """The latest write that was not undone."""
        return self.writes[-1] if self.writes else None

    @property
    def pending(self) -> tuple[Applied, ...]:
        """Writes that stand and are not committed."""
        return tuple(write for write in self.writes if write.entry not in self.in_commit)

    @property
    def committed(self) -> Committed | None:
        """The commit everything that stands is in."""
        return self.last_commit if self.writes and not self.pending else None

    @property
    def running(self) -> bool:
        return self.started > 0 and self.ended is None

    @property
    def stage(self) -> Stage | None:
        """The stage that is under way."""
        return next((entry.stage for entry in reversed(self.stages) if entry.running), None)

    def candidate(self, label: str) -> Candidate | None:
        return next((entry for entry in self.candidates if entry.label == label), None)

    def elapsed(self, now: float) -> float:
        """Seconds since the run began, or its length when it has ended."""
        if self.ended:
            return self.ended.seconds
        return max(0.0, now - self.started) if self.started else 0.0

    def runs(self) -> tuple[RunFinished, ...]:
        """Every judged run, in candidate order."""
        return tuple(run for entry in self.candidates for attempt in entry.attempts for run in attempt.runs)

    def usable(self) -> tuple[str, ...]:
        """Labels that have a program which can be looked at and written."""
        return tuple(entry.label for entry in self.candidates if self.code_of(entry.label))

    def code_of(self, label: str) -> str:
        """The program that candidate stands for; empty when it has none. The chosen one's is the choice's."""
        if self.chosen and self.chosen.candidate == label:
            return self.chosen.code
        entry = self.candidate(label)
        standing = entry.standing if entry else None
        return (standing.code or "") if standing and not standing.error else ""

    def round_of(self, label: str) -> int:
        """The round the program of ``code_of`` comes from."""
        entry = self.candidate(label)
        return entry.standing.round if entry and entry.standing else 0

    def before_repair(self, label: str) -> str:
        """The first program of a candidate that stands for a repaired one; empty where it does not."""
        entry, code = self.candidate(label), self.code_of(label)
        first = next((each.code for each in entry.attempts if each.code), "") if entry else ""
        return first if code and first != code else ""
