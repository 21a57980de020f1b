"""What is known about one run, as plain values; ``fold.py`` makes them from events. No Textual here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from atlas_tui.events import (
    AgreementFound,
    Applied,
    BaseRead,
    BudgetReached,
    Cancelled,
    ChangedFile,
    Chosen,
    Committed,
    Failed,
    FailureFound,
    InputsWritten,
    LensMapped,
    LensScored,
    NextStep,
    Perturbed,
    Preferred,
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

STEP = 0.1
"""Seconds within which tokens are counted together."""

TREND_STEP, TREND_LENGTH = 2.0, 16
"""Seconds of one step of a ``Trend``, and how many of them are kept."""

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
        recent = self.recent
        if recent and int(recent[-1][0] / STEP) == int(at / STEP):
            # What comes within one step is one entry: a fast stream must not make a long list.
            return Pace(self.tokens + tokens, (*recent[:-1], (at, recent[-1][1] + tokens)))
        kept = tuple(entry for entry in recent if entry[0] > at - WINDOW)
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
class Trend:
    """Tokens in steps of a few seconds, to draw how the speed went."""

    steps: tuple[tuple[int, int], ...] = ()
    """Number of the step since the epoch, and tokens in it; steps without tokens are left out."""

    def add(self, at: float, tokens: int) -> Trend:
        number = int(at / TREND_STEP)
        if self.steps and self.steps[-1][0] == number:
            return Trend((*self.steps[:-1], (number, self.steps[-1][1] + tokens)))
        return Trend((*self.steps[-TREND_LENGTH:], (number, tokens)))

    def rates(self, now: float) -> tuple[float, ...]:
        """Tokens per second of each whole step before ``now``, oldest first; as far back as is known."""
        last = int(now / TREND_STEP) - 1
        known = dict(self.steps)
        first = max(last - TREND_LENGTH + 1, min(known, default=last + 1))
        return tuple(known.get(number, 0) / TREND_STEP for number in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class StageState:
    """One stage: when it began, and its length once it has ended."""

    stage: Stage
    started: float
    seconds: float | None = None
    rungs: int = 0
    """Of the run, when the stage began."""
    tokens: int = 0
    """Written by the model in it."""
    most_tokens: int = 0
    """It may write; 0 without a limit, or where that is not known."""
    most_seconds: float = 0.0
    """It may take, as ``most_tokens``."""

    def left(self, now: float) -> float | None:
        """The share that is left of its tokens or seconds, whichever is less: 0 to 1; None without limits."""
        shares = []
        if self.most_tokens:
            shares.append(1 - self.tokens / self.most_tokens)
        if self.most_seconds:
            shares.append(1 - self.elapsed(now) / self.most_seconds)
        return max(0.0, min(shares)) if shares else None

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
    files: tuple[ChangedFile, ...] = ()
    """Of a change in a repository: the files as they would be; ``code`` is the difference."""
    flags: tuple[str, ...] = ()
    """Why it is not chosen by itself, in words."""

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
    stopped: bool = False
    """The person stopped it."""
    thinking: int = 0
    """Thinking tokens so far."""
    thought: str = ""
    """What it thought, as it came."""
    thinking_budget: int = 0
    """Most thinking tokens it may use; 0 where it does not think, or that is not known."""
    scored: tuple[LensScored, ...] = ()
    """What the lens said: of its plan, of each of its programs."""
    pace: Pace = Pace()
    attempts: tuple[Attempt, ...] = ()
    repairs: tuple[RepairTried, ...] = ()

    @property
    def lens(self) -> LensScored | None:
        """What the lens said of the program it stands for; while there is none, what it said last."""
        standing = self.standing
        programs = [said for said in self.scored if said.subject == "candidate"]
        if standing is not None and programs:
            # Earlier versions did not tell the round.
            programs = [said for said in programs if said.round in (standing.round, None)]
            return programs[-1] if programs else None
        return self.scored[-1] if self.scored else None

    def with_score(self, said: LensScored) -> Candidate:
        """It in the light of this score, which takes the place of an earlier one of the same."""
        others = (each for each in self.scored if (each.subject, each.round) != (said.subject, said.round))
        return replace(self, scored=(*others, said))

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
    """When it began, or went on last: seconds since the epoch."""
    spent: float = 0.0
    """Seconds it took before it went on."""
    observations: str = ""
    stages: tuple[StageState, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    prefill: Progress | None = None
    rungs: tuple[Rung, ...] = ()
    """As they came."""
    lens_map: LensMapped | None = None
    """What the scores have their places on."""
    chosen: Chosen | None = None
    preferred: Preferred | None = None
    """The person's own choice; None where there is none, or where it was taken back."""
    pace: Pace = Pace()
    trend: Trend = Trend()
    prompt: int = 0
    """Tokens of the prompts that were read last, where candidates share them counted once."""
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_reused: int = 0
    joules: float | None = None
    """Of the stages whose energy was measured; None where none was."""
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

    @property
    def agreement(self) -> AgreementFound | None:
        """How the outputs of the candidates compare, as it was found last."""
        return next((rung for rung in reversed(self.rungs) if isinstance(rung, AgreementFound)), None)

    @property
    def held(self) -> int:
        """Tokens the context holds: the prompts read last, and what was written in the stage since."""
        return self.prompt + (self.stages[-1].tokens if self.stages else 0)

    def with_map(self, found: LensMapped) -> RunState:
        """It with that map; places of earlier scores are not on it."""
        candidates = (
            replace(entry, scored=tuple(replace(said, place=None) for said in entry.scored))
            for entry in self.candidates
        )
        return replace(self, lens_map=found, candidates=tuple(candidates))

    def candidate(self, label: str) -> Candidate | None:
        return next((entry for entry in self.candidates if entry.label == label), None)

    def elapsed(self, now: float) -> float:
        """Seconds since the run began, or its length when it has ended."""
        if self.ended:
            return self.ended.seconds
        return self.spent + max(0.0, now - self.started) if self.started else 0.0

    def runs(self) -> tuple[RunFinished, ...]:
        """Every judged run, in candidate order."""
        return tuple(run for entry in self.candidates for attempt in entry.attempts for run in attempt.runs)

    def usable(self) -> tuple[str, ...]:
        """Labels that have a program which can be looked at and written."""
        return tuple(entry.label for entry in self.candidates if self.code_of(entry.label))

    def program_of(self, label: str) -> Attempt | None:
        """The attempt that ``code_of`` is of; None where it was not recorded, or cannot be used."""
        entry = self.candidate(label)
        if entry is None:
            return None
        if self.chosen and self.chosen.candidate == label:
            return next((each for each in entry.attempts if each.round == self.chosen.round), None)
        standing = entry.standing
        return standing if standing and not standing.error else None

    def first_of(self, label: str) -> Attempt | None:
        """The first attempt of a candidate that gave a program."""
        entry = self.candidate(label)
        return next((each for each in entry.attempts if each.code), None) if entry else None

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
        code, first = self.code_of(label), self.first_of(label)
        return first.code if code and first and first.code and first.code != code else ""
