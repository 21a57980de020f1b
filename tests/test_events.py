"""The vocabulary: every kind of event survives its JSON form, and nothing else is taken for one."""

from __future__ import annotations

import json
import time
from dataclasses import FrozenInstanceError, fields, replace
from typing import get_args

import pytest

from atlas_tui import events
from atlas_tui.problem import Limits, Mode, Problem, Sample

ODD = 'é 😀 \x00\x1b[31m\r\n\t"quoted" \\ [bold]{x}</think> \u2028\u202e' + "x" * 5000
PROBLEM = Problem(
    statement=ODD,
    mode=Mode.FUNCTION,
    samples=(Sample(given='["é"]', expected="null"), Sample(given="", expected="\n")),
    entry_point="f",
    signature="def f(x):",
    limits=Limits(cpu_seconds=1.5, memory_bytes=1 << 40),
    source="-",
    notes=(ODD, ""),
)
FACTS = events.Facts(
    exit_code=-1,
    signal=9,
    cpu_seconds=0.1,
    wall_seconds=1e-9,
    peak_bytes=1 << 62,
    cut=True,
    limit="cpu",
    tier="full",
    notes=(ODD,),
)
GAVE = events.Gave(candidate="A", round=1, verdict=events.Verdict.RE, facts=FACTS, printed=ODD, stderr=ODD)
TRIED = events.TriedInput(number=3, given=ODD, gave=(GAVE,))

EVENTS: tuple[events.Event, ...] = (
    events.RunStarted(
        session="s", model=ODD, candidates=("A", "B"), seed=2**31 - 1, isolation="none: x", version="0"
    ),
    events.ProblemRead(problem=PROBLEM),
    events.BaseRead(
        path=ODD,
        exists=True,
        sha256="0" * 64,
        mode=0o755,
        eol="\r\n",
        encoding="latin-1",
        final_newline=False,
        commit="0" * 40,
        dirty=("a.py", ODD),
        root=ODD,
    ),
    events.StageStarted(stage=events.Stage.OBSERVE),
    events.StageEnded(stage=events.Stage.REPAIR, seconds=0.25),
    events.Progress(stage=events.Stage.GENERATE, done=1, total=2, reused=0),
    events.Text(candidate="", part=events.Part.THINKING, delta=ODD, tokens=3),
    events.ObservationsReady(observations=(ODD, "two")),
    events.PlanReady(candidate="A", approach="loops", plan=ODD, distinct=False),
    events.CandidateReady(
        candidate="A",
        round=0,
        code=ODD,
        embedding=events.Vector(origin="generated-mean", size=2, half="AAA="),
        mean_logprob=-0.5,
    ),
    events.CandidateReady(candidate="B", round=1, code="", error=ODD, mean_logprob=None),
    events.RunFinished(
        candidate="A",
        round=0,
        check="sample 1",
        verdict=events.Verdict.SV,
        facts=FACTS,
        printed=ODD,
        stderr=ODD,
    ),
    events.AgreementFound(clusters=(("A", "C"), ("B",)), inputs=3),
    events.AgreementFound(clusters=(("A",),), inputs=1, tried=(TRIED,)),
    events.LensScored(candidate="A", subject="plan", state="open", score=0.25, spread=0.5),
    events.LensScored(candidate="A", subject="candidate", state="open", score=0.25, place=(0.1, -2.5)),
    events.LensMapped(
        left=-1.5, right=2.0, bottom=-1.0, top=1.0, cells=((0.1, None), (-2.25, 3.0)), candidates=9
    ),
    events.TestsWritten(tests=(events.WrittenTest(given=ODD, expected=ODD, origin="tests 1"),)),
    events.TestsRun(candidate="A", round=0, passed=(0, 2), tests=3),
    events.TestsRun(candidate="A", round=0, passed=(), tests=1, gave=TRIED.gave),
    events.InputsWritten(
        inputs=(ODD,),
        code=ODD,
        verdict=events.Verdict.TLE,
        why=ODD,
        dropped=(events.Dropped(why=ODD, number=2),),
    ),
    events.SplitJudged(
        first="A",
        second="B",
        inputs=(
            events.SplitInput(
                given=ODD, first=ODD, second="", votes_first=1, votes_second=0, votes_neither=1
            ),
        ),
        votes=(1, 0),
        winner="",
        why=ODD,
    ),
    events.FailureFound(candidate="A", round=0, failure=events.FailureClass.CRASH, source="evidence"),
    events.RepairTried(
        candidate="A",
        round=2,
        perspective="logic",
        kept=False,
        reason=ODD,
        parent=1,
        failure=events.FailureClass.EDGE,
        before=1,
        after=0,
    ),
    events.RepairTried(candidate="A", round=1, perspective="logic", kept=True, reason=ODD),
    events.Perturbed(candidate="B", name="tester", family="role", text=ODD),
    events.NextStep(step="think", why=ODD, state=events.State.NONE, candidates=("D", "E"), thinking=1024),
    events.BudgetReached(
        stage=events.Stage.PLAN, scope="stage", unit="tokens", limit=10.0, tokens=12, seconds=1.5, rounds=0
    ),
    events.Chosen(
        candidate="A",
        code=ODD,
        grade=events.Grade.SAMPLES_ONLY,
        passed=1,
        samples=2,
        reasons=(events.Reason(rule="samples", text=ODD, decided=True),),
    ),
    events.Usage(
        stage=events.Stage.PLAN, tokens_in=1, tokens_out=2, tokens_reused=0, seconds=0.5, joules=None
    ),
    events.Usage(
        stage=events.Stage.PLAN, tokens_in=1, tokens_out=2, tokens_reused=0, seconds=0.5, joules=12.5
    ),
    events.SubsetTested(candidate="A", round=1, hunks=(1, 3), passed=1, samples=2, state=""),
    events.Applied(path=ODD, entry="e", created=True),
    events.Applied(path="a.py", entry="e", created=False, hunks=(1, 3), group="g"),
    events.Undone(path="a b.py", entry="e"),
    events.Redone(path="a b.py", entry="e"),
    events.Committed(path="a.py", commit="0" * 40, message=ODD),
    events.Committed(path="a.py", commit="0" * 64, message="m", branch="b", output=ODD),
    events.Cancelled(stage=events.Stage.READ),
    events.CandidateStopped(candidate="B"),
    events.GoneOn(step="repair", candidate="B", model=ODD, isolation="full", version="0"),
    events.GoneOn(step="more", model=ODD, isolation="full", version="0"),
    events.Preferred(candidate="B", round=1, over="A"),
    events.Failed(what=ODD, why="", todo="", ours=True),
    events.RunEnded(outcome=events.Outcome.NO_CANDIDATE, seconds=1.0),
)


def test_every_kind_of_event_is_here() -> None:
    kinds = {each.__name__ for each in get_args(get_args(events.AnyEvent)[0])}
    assert kinds == {type(event).__name__ for event in EVENTS}
    assert all(event.kind == type(event).__name__ for event in EVENTS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_its_json_form(event: events.Event) -> None:
    line = events.to_json(event)
    assert "\n" not in line and "\r" not in line and "\x1b" not in line
    assert json.loads(line)["kind"] == type(event).__name__
    assert events.from_json(line) == event
    assert type(events.from_json(line.encode())) is type(event)


def test_a_name_that_is_not_unicode_is_told_all_the_same() -> None:
    event = events.Applied(path="\udcff/\ud800é.py", entry="e", created=True, hunks=(1,))
    told = events.from_json(events.to_json(event))
    assert isinstance(told, events.Applied) and told.path.endswith("é.py") and "\ufffd/" in told.path
    assert replace(told, path=event.path) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_cannot_be_changed(event: events.Event) -> None:
    for name in ("at", fields(event)[-1].name):
        with pytest.raises(FrozenInstanceError):
            setattr(event, name, None)
    with pytest.raises((AttributeError, TypeError)):
        object.__setattr__(event, "new", 1)


def test_an_event_knows_its_time() -> None:
    before = time.time()
    event = events.Cancelled(stage=events.Stage.READ)
    assert before <= event.at <= time.time()
    assert events.from_json(events.to_json(replace(event, at=1.25))).at == 1.25


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        '{"kind": "Nope"}',
        '{"kind": 1}',
        '{"kind": "Text"}',
        '{"kind": "StageStarted", "stage": "cook"}',
        '{"kind": "StageStarted", "stage": "read", "at": "late"}',
        '{"kind": "StageStarted", "stage": "read"} {}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_event_is_refused(line: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"^not an event: "):
        events.from_json(line)


def test_verdicts_come_worst_first() -> None:
    order = list(events.Verdict)
    assert order[0] is events.Verdict.IE and order[-2:] == [events.Verdict.WA, events.Verdict.OK]
