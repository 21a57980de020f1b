"""One run as a pure fold over its events: ``state = fold(state, event)``. No Textual here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from atlas_tui.events import (
    Applied,
    BaseRead,
    BudgetReached,
    Cancelled,
    CandidateReady,
    CandidateStopped,
    Chosen,
    Committed,
    Event,
    Failed,
    FailureFound,
    GoneOn,
    LensMapped,
    LensScored,
    NextStep,
    ObservationsReady,
    Part,
    Perturbed,
    PlanReady,
    Preferred,
    ProblemRead,
    Progress,
    Redone,
    RepairTried,
    RunEnded,
    RunFinished,
    RunStarted,
    Stage,
    StageEnded,
    StageStarted,
    SubsetTested,
    Text,
    Undone,
    Usage,
)
from atlas_tui.ui.state import Attempt, Candidate, Phase, Rung, RunState, StageState


def fold(state: RunState, event: Event) -> RunState:
    """The state after ``event``."""
    if isinstance(event, Rung):
        state = replace(state, rungs=(*state.rungs, event))
    match event:
        case RunStarted():
            return _start(event)
        case Text():
            return _text(state, event)
        case PlanReady() | Perturbed() | CandidateReady() | RunFinished() | RepairTried():
            return _with(state, event.candidate, lambda entry: _candidate(entry, event))
        case LensScored() | LensMapped():
            return _lens(state, event)
        case StageStarted() | StageEnded() | Progress() | Usage():
            return _progress(state, event)
        case ProblemRead() | BaseRead() | ObservationsReady() | NextStep() | Chosen():
            return _found(state, event)
        case SubsetTested() | Applied() | Undone() | Redone() | Committed():
            return _written(state, event)
        case _:
            return _closed(state, event)


def _lens(state: RunState, event: LensScored | LensMapped) -> RunState:
    if isinstance(event, LensMapped):
        return state.with_map(event)
    return _with(state, event.candidate, lambda entry: entry.with_score(event))


def _start(event: RunStarted) -> RunState:
    return RunState(
        session=event.session,
        model=event.model,
        seed=event.seed,
        isolation=event.isolation,
        target=event.target,
        started=event.at,
        candidates=tuple(Candidate(label) for label in event.candidates),
    )


def _asked(state: RunState, event: CandidateStopped | GoneOn | Preferred) -> RunState:
    """What the person asked of the run."""
    match event:
        case CandidateStopped():
            return _with(state, event.candidate, lambda entry: replace(entry, stopped=True))
        case Preferred():
            return replace(state, preferred=event if event.candidate else None)
        case GoneOn():
            # The choice is made again, and what was stopped or preferred was among what there was before.
            return replace(
                state,
                model=event.model,
                isolation=event.isolation,
                started=event.at,
                spent=state.ended.seconds if state.ended else state.spent,
                candidates=tuple(replace(entry, stopped=False) for entry in state.candidates),
                chosen=None,
                preferred=None,
                failures=(),
                budgets=(),
                cancelled=None,
                ended=None,
            )


def _progress(state: RunState, event: StageStarted | StageEnded | Progress | Usage) -> RunState:
    match event:
        case StageStarted():
            state = _forget(state, event.stage) if state.stage is event.stage else state
            begun = StageState(
                event.stage,
                event.at,
                rungs=len(state.rungs),
                most_tokens=event.most_tokens,
                most_seconds=event.most_seconds,
            )
            state = _may_think(state, event.most_thinking) if event.most_thinking else state
            return replace(state, stages=(*state.stages, begun), prefill=None, prompt=0)
        case StageEnded():
            return replace(
                state,
                prefill=None,
                stages=tuple(
                    replace(entry, seconds=event.seconds)
                    if entry.running and entry.stage is event.stage
                    else entry
                    for entry in state.stages
                ),
            )
        case Progress():
            return replace(state, prefill=event, prompt=event.total)
        case Usage():
            return replace(
                state,
                tokens_in=state.tokens_in + event.tokens_in,
                tokens_out=state.tokens_out + event.tokens_out,
                tokens_reused=state.tokens_reused + event.tokens_reused,
                joules=state.joules if event.joules is None else (state.joules or 0.0) + event.joules,
            )


def _may_think(state: RunState, tokens: int) -> RunState:
    """Candidates that are drawn now and were given no budget of their own get the run's."""
    return replace(
        state,
        candidates=tuple(
            entry if _judged(entry) or entry.thinking_budget else replace(entry, thinking_budget=tokens)
            for entry in state.candidates
        ),
    )


def _forget(state: RunState, stage: Stage) -> RunState:
    """A stage starts over after the model process died: what it had written so far is written again."""
    begun = state.stages[-1].rungs
    # Failures and repairs that were told are not found again.
    kept = (rung for rung in state.rungs[begun:] if isinstance(rung, FailureFound | RepairTried))
    state = replace(state, stages=state.stages[:-1], rungs=(*state.rungs[:begun], *kept))
    match stage:
        case Stage.OBSERVE:
            return replace(state, observations="")
        case Stage.PLAN:
            candidates = tuple(
                entry
                if _judged(entry)
                else Candidate(entry.label, pace=entry.pace, thinking_budget=entry.thinking_budget)
                for entry in state.candidates
            )
        case Stage.GENERATE:
            candidates = tuple(
                entry if _judged(entry) else _without_programs(entry) for entry in state.candidates
            )
        case Stage.REPAIR:
            candidates = tuple(_without_open_repair(entry) for entry in state.candidates)
        case _:
            return state
    return replace(state, candidates=candidates)


def _judged(entry: Candidate) -> bool:
    """It is one of those that were drawn before."""
    return any(attempt.runs for attempt in entry.attempts)


def _without_programs(entry: Candidate) -> Candidate:
    phase = Phase.PLANNED if entry.plan else Phase.WAITING
    return replace(entry, attempts=(), thinking=0, thought="", perturbed=None, phase=phase)


def _without_open_repair(entry: Candidate) -> Candidate:
    told = {0, *(tried.round for tried in entry.repairs)}
    return replace(
        entry,
        phase=Phase.WRITTEN,
        attempts=tuple(attempt for attempt in entry.attempts if attempt.round in told),
    )


def _found(
    state: RunState, event: ProblemRead | BaseRead | ObservationsReady | NextStep | Chosen
) -> RunState:
    match event:
        case ProblemRead():
            return replace(state, problem=event.problem)
        case BaseRead():
            return replace(state, base=event)
        case ObservationsReady():
            return replace(state, observations="\n".join(f"• {line}" for line in event.observations))
        case NextStep():
            fresh = (label for label in event.candidates if state.candidate(label) is None)
            added = (Candidate(label, thinking_budget=event.thinking) for label in fresh)
            return replace(state, candidates=(*state.candidates, *added))
        case Chosen():
            return replace(state, chosen=event)


def _written(state: RunState, event: SubsetTested | Applied | Undone | Redone | Committed) -> RunState:
    match event:
        case SubsetTested():
            return replace(state, tested=(*state.tested, event))
        case Applied():
            writes = (*state.writes, event)
            return replace(state, writes=writes, taken_back=(), undone=None, reverted=None)
        case Undone():
            gone = tuple(write for write in state.writes if write.entry == event.entry)
            kept = tuple(write for write in state.writes if write.entry != event.entry)
            return replace(state, writes=kept, taken_back=(*state.taken_back, *gone), undone=event)
        case Redone():
            back = tuple(write for write in state.taken_back if write.entry == event.entry)
            left = tuple(write for write in state.taken_back if write.entry != event.entry)
            return replace(state, writes=(*state.writes, *back), taken_back=left, undone=None)
        case Committed():
            return _commit(state, event)


def _commit(state: RunState, event: Committed) -> RunState:
    if state.last_commit is not None and not state.pending:
        # Everything that stands was in a commit already: this one takes it back, and the files stay.
        gone = frozenset(write.entry for write in (*state.writes, *state.taken_back))
        return replace(state, in_commit=state.in_commit - gone, last_commit=None, reverted=event)
    entries = frozenset(write.entry for write in state.pending)
    return replace(
        state,
        in_commit=state.in_commit | entries,
        last_commit=event,
        commit_paths=tuple(dict.fromkeys(write.path for write in state.pending)),
        reverted=None,
    )


def _closed(state: RunState, event: Event) -> RunState:
    match event:
        case CandidateStopped() | GoneOn() | Preferred():
            return _asked(state, event)
        case BudgetReached():
            return replace(state, budgets=(*state.budgets, event))
        case Failed():
            return replace(state, failures=(*state.failures, event))
        case Cancelled():
            return replace(state, cancelled=event)
        case RunEnded():
            return _end(state, event)
    return state


def _end(state: RunState, event: RunEnded) -> RunState:
    """Nothing runs any more, also where no event said so (a failure, a cancel)."""
    stages = tuple(
        replace(entry, seconds=max(0.0, event.at - entry.started)) if entry.running else entry
        for entry in state.stages
    )
    return replace(state, ended=event, stages=stages, prefill=None)


def _with(state: RunState, label: str, change: Callable[[Candidate], Candidate]) -> RunState:
    if state.candidate(label) is None:
        return state
    return replace(
        state,
        candidates=tuple(change(entry) if entry.label == label else entry for entry in state.candidates),
    )


def _text(state: RunState, event: Text) -> RunState:
    stages = state.stages
    if stages and stages[-1].running:
        stages = (*stages[:-1], replace(stages[-1], tokens=stages[-1].tokens + event.tokens))
    state = replace(
        state,
        prefill=None,
        pace=state.pace.add(event.at, event.tokens),
        trend=state.trend.add(event.at, event.tokens),
        stages=stages,
    )
    if event.candidate:
        return _with(state, event.candidate, lambda entry: _stream(entry, event))
    if event.part is Part.OBSERVATIONS:
        return replace(state, observations=state.observations + event.delta)
    return state


def _stream(entry: Candidate, event: Text) -> Candidate:
    entry = replace(entry, pace=entry.pace.add(event.at, event.tokens))
    match event.part:
        case Part.PLAN:
            return replace(entry, plan=entry.plan + event.delta, phase=Phase.PLANNING)
        case Part.THINKING:
            phase = Phase.WRITING if entry.phase in (Phase.WAITING, Phase.PLANNED) else entry.phase
            return replace(
                entry,
                thinking=entry.thinking + event.tokens,
                thought=entry.thought + event.delta,
                phase=phase,
            )
        case Part.CODE:
            return replace(_write(entry, 0, event.delta), phase=Phase.WRITING)
        case Part.REPAIR:
            latest = entry.latest
            number = 1 if latest is None else latest.round + (latest.code is not None)
            return replace(_write(entry, number, event.delta), phase=Phase.REPAIRING)
    return entry


def _write(entry: Candidate, number: int, delta: str) -> Candidate:
    return _attempt(entry, number, lambda attempt: replace(attempt, streamed=attempt.streamed + delta))


def _attempt(entry: Candidate, number: int, change: Callable[[Attempt], Attempt]) -> Candidate:
    """``entry`` with the attempt of that round changed; it is made when it is not there."""
    attempts = entry.attempts
    if all(attempt.round != number for attempt in attempts):
        attempts = (*attempts, Attempt(number))
    return replace(
        entry, attempts=tuple(change(attempt) if attempt.round == number else attempt for attempt in attempts)
    )


def _candidate(
    entry: Candidate, event: PlanReady | Perturbed | CandidateReady | RunFinished | RepairTried
) -> Candidate:
    match event:
        case PlanReady():
            return replace(
                entry, approach=event.approach, plan=event.plan, distinct=event.distinct, phase=Phase.PLANNED
            )
        case Perturbed():
            return replace(entry, perturbed=event)
        case CandidateReady():
            entry = _attempt(
                entry,
                event.round,
                lambda attempt: replace(
                    attempt,
                    code=event.code,
                    error=event.error,
                    cut=event.cut,
                    mean_logprob=event.mean_logprob,
                    files=event.files,
                    flags=event.flags,
                ),
            )
            budget = event.thinking_budget or entry.thinking_budget
            phase = Phase.FAILED if event.error else Phase.WRITTEN
            return replace(entry, phase=phase, thinking_budget=budget)
        case RunFinished():
            return _attempt(
                entry, event.round, lambda attempt: replace(attempt, runs=_merge(attempt.runs, event))
            )
        case RepairTried():
            return replace(entry, repairs=(*entry.repairs, event))


def _merge(runs: tuple[RunFinished, ...], run: RunFinished) -> tuple[RunFinished, ...]:
    """The runs in the order of their checks (they end in any order); a repeated check replaces its result."""
    merged = [*(old for old in runs if old.check != run.check), run]
    return tuple(sorted(merged, key=lambda each: check_order(each.check)))


def check_order(check: str) -> tuple[str, int]:
    """Sorts ``sample 2`` before ``sample 10``."""
    name, _, number = check.rpartition(" ")
    return (name, int(number)) if number.isdigit() else (check, 0)
