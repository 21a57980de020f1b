"""The state of a run is a pure fold over its events."""

from __future__ import annotations

from functools import reduce

import pytest

from atlas_tui.events import (
    Applied,
    BaseRead,
    BudgetReached,
    Cancelled,
    CandidateReady,
    Committed,
    Event,
    Failed,
    FailureClass,
    FailureFound,
    NextStep,
    Outcome,
    Part,
    Perturbed,
    Redone,
    RunEnded,
    Stage,
    StageEnded,
    StageStarted,
    SubsetTested,
    TestsWritten,
    Text,
    Undone,
    Verdict,
)
from atlas_tui.ui.fold import check_order, fold
from atlas_tui.ui.state import Pace, Phase, RunState
from tests.ui import story


def folded(events: list[Event]) -> RunState:
    return reduce(fold, events, RunState())


def test_a_whole_run() -> None:
    state = folded(story.whole())
    assert not state.running and state.ended is not None and state.ended.outcome is Outcome.VERIFIED
    assert [entry.stage for entry in state.stages] == [
        Stage.OBSERVE, Stage.PLAN, Stage.GENERATE, Stage.EVIDENCE, Stage.CHOOSE,
    ]  # fmt: skip
    assert all(not entry.running for entry in state.stages)
    assert [entry.label for entry in state.candidates] == ["A", "B", "C"]
    assert state.code_of("B") == story.CODES["B"] and state.usable() == ("A", "B", "C")
    assert len(state.runs()) == 9
    assert (state.tokens_in, state.tokens_reused) == (1471, 760)
    assert state.observations.startswith("• Elements")
    best = state.candidate("B")
    assert best is not None and best.standing is not None and best.standing.passed == 3
    assert best.approach == "two pointers" and best.phase is Phase.WRITTEN


def test_folding_changes_nothing_that_was_there() -> None:
    states = [RunState()]
    for event in story.whole():
        states.append(fold(states[-1], event))
    before = folded(story.whole()[:40])
    assert states[40] == before


def test_text_goes_to_its_candidate_and_part() -> None:
    clock = story.Clock()
    state = folded(story.opening(clock))
    for label, part, delta in (("A", Part.PLAN, "one "), ("A", Part.PLAN, "two"), ("C", Part.CODE, "x = 1")):
        state = fold(state, Text(at=clock(), candidate=label, part=part, delta=delta, tokens=2))
    a, b, c = state.candidates
    assert (a.plan, a.phase, a.pace.tokens) == ("one two", Phase.PLANNING, 4)
    assert (b.phase, b.pace.tokens) == (Phase.WAITING, 0)
    assert c.latest is not None and (c.latest.streamed, c.latest.code, c.phase) == (
        "x = 1",
        None,
        Phase.WRITING,
    )
    assert state.pace.tokens == 6


def test_thinking_is_counted_and_not_kept() -> None:
    clock = story.Clock()
    state = folded(story.opening(clock))
    state = fold(state, Text(at=clock(), candidate="B", part=Part.THINKING, delta="hmm", tokens=40))
    entry = state.candidate("B")
    assert entry is not None and (entry.thinking, entry.attempts, entry.phase) == (40, (), Phase.WRITING)


def test_a_repair_that_helps_stands_and_one_that_does_not_is_dropped() -> None:
    state = folded(story.repaired())
    a, b, c = state.candidates
    assert a.standing is not None and a.standing.round == 0
    assert b.standing is not None and b.standing.round == 0
    assert c.standing is not None and c.standing.round == 1
    assert state.code_of("C") == story.CODES["B"] and state.code_of("A") == story.CODES["A"]


def test_runs_are_sorted_and_repeated_ones_replaced() -> None:
    clock = story.Clock()
    events = [*story.opening(clock), CandidateReady(at=clock(), candidate="A", round=0, code="x")]
    events += [story.judged(clock, "A", number, Verdict.OK, "") for number in (10, 2, 1)]
    events.append(story.judged(clock, "A", 2, Verdict.WA, ""))
    entry = folded(events).candidate("A")
    assert entry is not None and entry.standing is not None
    found = [(run.check, run.verdict) for run in entry.standing.runs]
    assert found == [("sample 1", Verdict.OK), ("sample 2", Verdict.WA), ("sample 10", Verdict.OK)]
    assert check_order("sample 2") < check_order("sample 10")


def test_a_stage_that_starts_over_forgets_what_it_wrote() -> None:
    clock = story.Clock()
    events = [*story.opening(clock), *story.planning(clock), StageStarted(at=clock(), stage=Stage.GENERATE)]
    events.append(Text(at=clock(), candidate="A", part=Part.CODE, delta="half of", tokens=2))
    events.append(Failed(at=clock(), what="The model process died", why="signal 9", todo="", ours=True))
    events.append(StageStarted(at=clock(), stage=Stage.GENERATE))
    events.append(Text(at=clock(), candidate="A", part=Part.CODE, delta="whole", tokens=2))
    state = folded(events)
    entry = state.candidate("A")
    assert entry is not None and entry.latest is not None and entry.latest.streamed == "whole"
    assert [stage.stage for stage in state.stages] == [Stage.PLAN, Stage.GENERATE]
    assert len(state.failures) == 1


def test_the_end_ends_stages_that_nobody_ended() -> None:
    clock = story.Clock()
    state = folded([*story.opening(clock), StageStarted(at=100.0, stage=Stage.PLAN)])
    assert state.running and state.stage is Stage.PLAN
    state = fold(state, Cancelled(at=103.0, stage=Stage.PLAN))
    state = fold(state, RunEnded(at=103.0, outcome=Outcome.CANCELLED, seconds=4.0))
    assert not state.running and state.stage is None
    assert state.stages[0].seconds == pytest.approx(3.0)
    assert state.elapsed(1e12) == 4.0


def test_written_undone_written_committed() -> None:
    state = folded(story.whole())
    state = fold(state, Applied(path="solution.py", entry="1", created=True))
    assert state.applied is not None
    state = fold(state, Undone(path="solution.py", entry="1"))
    assert state.applied is None and state.undone is not None
    state = fold(state, Applied(path="solution.py", entry="2", created=True))
    assert state.undone is None
    state = fold(state, Committed(path="solution.py", commit="0" * 40, message="m"))
    assert state.applied is not None and state.committed is not None


def test_a_group_is_undone_and_redone_whole() -> None:
    state = folded(story.whole())
    for name in ("a.py", "b.py"):
        state = fold(state, Applied(path=name, entry=name, created=True, group="g"))
    assert [write.path for write in state.writes] == ["a.py", "b.py"] and state.pending == state.writes
    for name in ("b.py", "a.py"):
        state = fold(state, Undone(path=name, entry=name))
    assert not state.writes and len(state.taken_back) == 2 and state.applied is None
    for name in ("a.py", "b.py"):
        state = fold(state, Redone(path=name, entry=name))
    assert [write.path for write in state.writes] == ["a.py", "b.py"] and not state.taken_back
    assert state.undone is None
    state = fold(state, Redone(path="c.py", entry="of another run"))
    assert len(state.writes) == 2


def test_a_second_commit_without_a_write_between_takes_the_first_back() -> None:
    state = folded(story.whole())
    state = fold(state, Applied(path="a.py", entry="1", created=True))
    state = fold(state, Committed(path="a.py", commit="1" * 40, message="m"))
    assert state.committed is not None and state.commit_paths == ("a.py",) and not state.pending
    state = fold(state, Applied(path="b.py", entry="2", created=True))
    assert state.committed is None and [write.path for write in state.pending] == ["b.py"]
    state = fold(state, Committed(path="b.py", commit="2" * 40, message="m"))
    assert state.committed is not None and state.commit_paths == ("b.py",) and state.reverted is None
    state = fold(state, Committed(path="b.py", commit="3" * 40, message="Revert"))
    assert state.reverted is not None and state.committed is None and state.last_commit is None
    assert len(state.writes) == 2  # the files are as they were


def test_a_commit_can_be_taken_back_after_its_files_were() -> None:
    state = folded(story.whole())
    state = fold(state, Applied(path="a.py", entry="1", created=True))
    state = fold(state, Committed(path="a.py", commit="1" * 40, message="m"))
    state = fold(state, Undone(path="a.py", entry="1"))
    assert state.last_commit is not None and not state.pending
    state = fold(state, Committed(path="a.py", commit="2" * 40, message="Revert"))
    assert state.reverted is not None and state.last_commit is None


def test_base_and_tests_of_subsets_are_kept() -> None:
    read = BaseRead(
        path="a.py", exists=True, sha256="0" * 64, mode=0o644, eol="\n", encoding="utf-8",
        final_newline=True, commit="1" * 40, dirty=("b.py",),
    )  # fmt: skip
    tested = SubsetTested(candidate="B", round=0, hunks=(1,), passed=1, samples=3, state="")
    state = folded([*story.whole(), read, tested])
    assert state.base == read and state.tested == (tested,)


def test_the_program_before_repair() -> None:
    state = folded(story.repaired())
    assert state.before_repair("C") == story.CODES["C"] and state.round_of("C") == 1
    assert state.before_repair("A") == "" and state.before_repair("Q") == ""


def test_events_of_an_unknown_candidate_do_no_harm() -> None:
    clock = story.Clock()
    state = folded(story.opening(clock))
    assert (
        fold(state, CandidateReady(at=clock(), candidate="Q", round=0, code="x")).candidates
        == state.candidates
    )


def test_the_rate_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    for tenth in range(50):
        pace = pace.add(tenth / 10, 5)
    assert pace.tokens == 250
    assert pace.rate(4.9) == pytest.approx(50, rel=0.1)
    assert pace.rate(60.0) == 0.0
    assert len(pace.recent) < 25


def test_a_new_run_starts_from_nothing() -> None:
    clock = story.Clock()
    again = folded([*story.whole(), *story.opening(clock)])
    assert again.running and again.chosen is None and not again.runs() and again.pace.tokens == 0


def test_stage_times() -> None:
    state = folded([*story.opening(story.Clock()), StageStarted(at=10.0, stage=Stage.PLAN)])
    assert state.stages[0].elapsed(12.5) == 2.5
    state = fold(state, StageEnded(at=13.0, stage=Stage.PLAN, seconds=3.0))
    assert state.stages[0].elapsed(99.0) == 3.0


def test_candidates_that_are_drawn_later_come_behind_the_first() -> None:
    clock = story.Clock()
    state = folded(story.whole()[:-2])
    labels = ("D", "E", "F")
    state = fold(state, NextStep(at=clock(), step="more", why="none passes", candidates=labels))
    assert [entry.label for entry in state.candidates] == list("ABCDEF")
    assert fold(state, NextStep(at=clock(), step="more", why="again", candidates=labels)).candidates == (
        state.candidates
    )
    state = fold(state, StageStarted(at=clock(), stage=Stage.GENERATE))
    state = fold(state, Text(at=clock(), candidate="E", part=Part.CODE, delta="x = 1", tokens=3))
    state = fold(state, CandidateReady(at=clock(), candidate="D", round=0, code="x = 2\n"))
    assert "D" in state.usable()
    again = fold(state, StageStarted(at=clock(), stage=Stage.GENERATE))
    assert all(again.candidate(label) == state.candidate(label) for label in "ABC"), "they were judged before"
    assert all(entry.attempts == () for entry in again.candidates[3:])


def test_what_was_used_up_is_kept() -> None:
    told = BudgetReached(
        stage=Stage.PLAN, scope="problem", unit="tokens", limit=10, tokens=12, seconds=1.0, rounds=0
    )
    assert fold(RunState(), told).budgets == (told,)


def test_rungs_of_a_stage_that_starts_over_are_told_once() -> None:
    clock = story.Clock()
    step = NextStep(at=clock(), step="tests", why="the candidates differ")
    begun = StageStarted(at=clock(), stage=Stage.EVIDENCE)
    written = TestsWritten(at=clock(), tests=(), draws=1)
    state = folded([*story.opening(clock), step, begun, written, begun, written])
    assert state.rungs == (step, written)
    failure = FailureFound(candidate="A", round=0, failure=FailureClass.EDGE, source="model")
    begun = StageStarted(at=clock(), stage=Stage.REPAIR)
    state = folded([*story.opening(clock), step, begun, failure, begun])
    assert state.rungs == (step, failure), "it is not looked for again"


def test_what_a_candidate_is_varied_by_starts_over_with_its_stage() -> None:
    clock = story.Clock()
    varied = Perturbed(at=clock(), candidate="B", name="tester", family="role", text="You test programs.")
    begun = StageStarted(at=clock(), stage=Stage.GENERATE)
    state = folded([*story.opening(clock), begun, varied])
    assert [entry.perturbed for entry in state.candidates] == [None, varied, None]
    assert [entry.perturbed for entry in fold(state, begun).candidates] == [None, None, None]
