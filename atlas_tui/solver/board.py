"""What a run knows so far: a fold over its events that the stages read from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    Chosen,
    Event,
    FailureFound,
    GoneOn,
    InputsWritten,
    LensMapped,
    LensScored,
    NextStep,
    ObservationsReady,
    Perturbed,
    PlanReady,
    RepairTried,
    RunEnded,
    RunFinished,
    RunStarted,
    SplitJudged,
    TestsRun,
    TestsWritten,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One program of one candidate, with everything seen of it."""

    ready: CandidateReady
    runs: tuple[RunFinished, ...] = ()

    @property
    def label(self) -> str:
        return self.ready.candidate

    @property
    def usable(self) -> bool:
        """There is a program, and it parses."""
        return bool(self.ready.code) and not self.ready.error

    @property
    def passed(self) -> int:
        """Samples passed."""
        return sum(run.verdict is Verdict.OK for run in self.runs)

    def passes_all(self, samples: int) -> bool:
        """Every sample there is was run and passed; never true without samples."""
        return self.usable and 0 < samples == len(self.runs) == self.passed

    def first_failure(self) -> RunFinished | None:
        """The first sample it failed; a fault of the sandbox says nothing about the program."""
        return next((run for run in self.runs if run.verdict not in (Verdict.OK, Verdict.IE)), None)


@dataclass(slots=True)
class Board:
    """Observations, plans and attempts. ``history`` keeps every round of every candidate."""

    observations: tuple[str, ...] = ()
    plans: dict[str, PlanReady] = field(default_factory=dict)
    perturbed: dict[str, Perturbed] = field(default_factory=dict)
    history: dict[str, list[Attempt]] = field(default_factory=dict)
    dropped: set[tuple[str, int]] = field(default_factory=set)
    agreement: AgreementFound | None = None
    tests: TestsWritten | None = None
    inputs: InputsWritten | None = None
    tested: list[TestsRun] = field(default_factory=list)
    splits: list[SplitJudged] = field(default_factory=list)
    scored: dict[tuple[str, int], LensScored] = field(default_factory=dict)
    """What the lens said of programs, by label and round."""
    mapped: LensMapped | None = None
    """The map that the last scores have their places on."""
    failures: dict[tuple[str, int], FailureFound] = field(default_factory=dict)
    repairs: list[RepairTried] = field(default_factory=list)
    chosen: Chosen | None = None
    unchecked: str = ""
    """Why nothing can be run, where that is so."""
    seconds: float = 0.0
    """What the run took up to its last end; a run that goes on adds to it."""
    labels: tuple[str, ...] = ()
    """Candidates that were announced, as far as their announcements are among the events."""

    def fold(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case ObservationsReady():
                self.observations = event.observations
            case PlanReady():
                self.plans[event.candidate] = event
            case Perturbed():
                self.perturbed[event.candidate] = event
            case CandidateReady() | RunFinished() | RepairTried():
                self._attempt(event)
            case RunStarted() | NextStep():
                self.labels += event.candidates
            case RunEnded():
                self.seconds = event.seconds
            case GoneOn():
                self.chosen = None
            case _:
                self._found(event)

    def _attempt(self, event: CandidateReady | RunFinished | RepairTried) -> None:
        rounds = self.history.setdefault(event.candidate, [])
        match event:
            case CandidateReady():
                self.agreement = None  # it was about others
                self.scored.pop((event.candidate, event.round), None)
                # A restarted stage writes the same round again.
                rounds[:] = [old for old in rounds if old.ready.round != event.round] + [Attempt(event)]
            case RunFinished():
                rounds[:] = [_with_run(old, event) for old in rounds]
            case RepairTried():
                self.repairs.append(event)
                if not event.kept:
                    self.dropped.add((event.candidate, event.round))

    def _found(self, event: Event) -> None:
        match event:
            case AgreementFound():
                self.agreement = event
            case TestsWritten():
                self.tests = event
            case InputsWritten():
                self.inputs = event
            case TestsRun():
                self.tested.append(event)
            case SplitJudged():
                self.splits.append(event)
            case LensScored(subject="candidate") if rounds := self.history.get(event.candidate):
                # Without a round, what is scored is the program that came last.
                number = rounds[-1].ready.round if event.round is None else event.round
                self.scored[event.candidate, number] = event
            case LensMapped():
                self.mapped = event
            case Chosen():
                self.chosen = event
            case FailureFound():
                self.failures[event.candidate, event.round] = event

    def current(self) -> list[Attempt]:
        """The standing attempt of each candidate: the latest one that was not dropped."""
        standing = []
        for label in sorted(self.history):
            kept = [old for old in self.history[label] if (label, old.ready.round) not in self.dropped]
            standing += kept[-1:]
        return standing

    def lens_scores(self) -> dict[str, float]:
        """The learned scores of the standing programs, by label; only those given with the gate open."""
        found = ((each.label, self.scored.get((each.label, each.ready.round))) for each in self.current())
        return {
            label: said.score
            for label, said in found
            if said and said.state == "open" and said.score is not None and math.isfinite(said.score)
        }

    def on_map(self, found: LensMapped) -> bool:
        """Whether this map was told last."""
        return self.mapped is not None and replace(self.mapped, at=found.at) == found

    def repairs_of(self, label: str) -> list[Attempt]:
        """Every correction of a candidate, kept or not."""
        return [attempt for attempt in self.history.get(label, ()) if attempt.ready.round > 0]

    def next_round(self, label: str) -> int:
        """The number of its next correction."""
        return max((attempt.ready.round for attempt in self.history.get(label, ())), default=0) + 1


def _with_run(attempt: Attempt, run: RunFinished) -> Attempt:
    if attempt.ready.round != run.round:
        return attempt
    runs = [old for old in attempt.runs if old.check != run.check] + [run]
    return Attempt(attempt.ready, tuple(sorted(runs, key=lambda each: _check_order(each.check))))


def _check_order(check: str) -> tuple[str, int]:
    name, _, number = check.rpartition(" ")
    return (name, int(number)) if number.isdigit() else (check, 0)
