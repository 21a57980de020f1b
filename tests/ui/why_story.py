"""A run with everything that can tell candidates apart, written by hand."""

from __future__ import annotations

from dataclasses import replace

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    Chosen,
    Event,
    Facts,
    FailureClass,
    Gave,
    Grade,
    LensMapped,
    LensScored,
    NextStep,
    Outcome,
    Reason,
    RepairTried,
    RunEnded,
    SplitInput,
    SplitJudged,
    TestsRun,
    TestsWritten,
    TriedInput,
    Verdict,
    WrittenTest,
)
from tests.ui import story

FIXED = story.CODES["A"].replace("best = 1", "best = 0")
FACTS = Facts(wall_seconds=0.012, cpu_seconds=0.01, peak_bytes=8 << 20, exit_code=0, tier="full")


def gave(label: str, printed: str, verdict: Verdict = Verdict.OK, group: int = -1, number: int = 0) -> Gave:
    stderr = "Traceback (most recent call last):\nIndexError: list index" if verdict is Verdict.RE else ""
    return Gave(
        candidate=label,
        round=number,
        verdict=verdict,
        facts=FACTS,
        printed=printed,
        stderr=stderr,
        group=group,
    )


def repairing(clock: story.Clock) -> list[Event]:
    """A's first repair is dropped, the second, made from the first program as well, is kept."""
    events: list[Event] = []
    codes = {1: story.CODES["A"].replace("best = 1", "best = 2"), 2: FIXED}
    for number, code in codes.items():
        kept = number == 2
        verdicts = (Verdict.OK, Verdict.OK, Verdict.OK) if kept else (Verdict.WA, Verdict.WA, Verdict.OK)
        events.append(CandidateReady(at=clock(), candidate="A", round=number, code=code))
        events += [
            story.judged(clock, "A", place, verdict, "9", round=number)
            for place, verdict in enumerate(verdicts, 1)
        ]
        reason = "passes 3 of 3 samples, 2 before" if kept else "breaks sample 1, which passed before"
        events.append(
            RepairTried(
                at=clock(), candidate="A", round=number, perspective="special cases", kept=kept,
                reason=reason,
                parent=0, failure=FailureClass.EDGE, before=2, after=3 if kept else 1,
            )
        )  # fmt: skip
    return events


def comparing(clock: story.Clock) -> list[Event]:
    """A and B on tests the model wrote and on inputs whose answers nobody knows."""
    tests = (
        WrittenTest(given="[[5], 4]", expected="0", origin="draw 1", trust=0.8),
        WrittenTest(given="[[0, 0], 0]", expected="2", origin="draw 1", trust=0.6),
    )
    inputs = (("[[7, 1], 7]", "1", "1", 0, 0), ("[[9, 9], 3]", "0", "1", 0, 1), ("[[2], 9]", "1", "", 0, -1))
    tried = tuple(
        TriedInput(
            number=number,
            given=given,
            gave=(
                gave("B", one, Verdict.OK, first),
                gave("A", other, Verdict.OK if other else Verdict.RE, second, 2),
            ),
        )
        for number, (given, one, other, first, second) in enumerate(inputs, 1)
    )
    pair = SplitInput(
        given="[[9, 9], 3]", first="0", second="1", votes_first=3, votes_second=0, votes_neither=1
    )
    return [
        NextStep(at=clock(), step="tests", why="the candidates differ: tests are written from the statement"),
        TestsWritten(at=clock(), tests=tests, draws=2),
        TestsRun(
            at=clock(), candidate="A", round=2, passed=(1,), tests=2,
            gave=(gave("A", "1", Verdict.WA, number=2), gave("A", "2", number=2)),
        ),
        TestsRun(
            at=clock(), candidate="B", round=0, passed=(0, 1), tests=2, gave=(gave("B", "0"), gave("B", "2"))
        ),
        AgreementFound(at=clock(), clusters=(("A",), ("B",)), inputs=3, tried=tried),
        SplitJudged(
            at=clock(), first="B", second="A", second_round=2, inputs=(pair,), votes=(3, 0), winner="B",
            why="B is right on an input they differ on",
        ),
    ]  # fmt: skip


def mapped(clock: story.Clock) -> LensMapped:
    """Energy falls to the right, and nobody lies in the corners."""

    def energy(row: int, column: int) -> float | None:
        inside = (column - 11.5) ** 2 + 5 * (row - 4.5) ** 2 < 130
        return round(1.2 - 0.1 * column + 0.05 * row, 2) if inside else None

    cells = tuple(tuple(energy(row, column) for column in range(24)) for row in range(10))
    return LensMapped(at=clock(), left=-2.4, right=2.4, bottom=-1.0, top=1.0, cells=cells, candidates=1240)


def scored(clock: story.Clock) -> list[Event]:
    of_a = LensScored(
        at=clock(), candidate="A", subject="candidate", round=2, state="open", score=0.61, spread=0.06,
        place=(-0.6, 0.35),
    )  # fmt: skip
    return [
        mapped(clock),
        of_a,
        replace(of_a, at=clock(), candidate="B", round=0, score=0.74, spread=0.05, place=(1.1, -0.1)),
        LensScored(at=clock(), candidate="C", subject="plan", state="open"),
    ]


def contested(*, lens: bool = False) -> list[Event]:
    """B is chosen over A, which passes the samples only after a repair."""
    clock = story.Clock()
    choice = Chosen(
        at=clock(), candidate="B", code=story.CODES["B"], grade=Grade.SPLIT, passed=3, samples=3,
        reasons=(
            Reason(
                rule="samples", text="A and B pass all 3 samples", kept=("A", "B"), lost=("C",), of=3,
                scores=(("A", 3), ("B", 3), ("C", 1)), decided=True,
            ),
            Reason(rule="agreement", text="A and B give different outputs on 3 further inputs, a tie", of=3),
            Reason(
                rule="self-tests", text="B passes 2 of 2 written tests, A 1", kept=("B",), lost=("A",), of=2,
                scores=(("A", 1), ("B", 2)), decided=True,
            ),
        ),
        probability=0.82,
    )  # fmt: skip
    return [
        *story.opening(clock), *story.observing(clock), *story.planning(clock), *story.writing(clock),
        *story.running(clock), *repairing(clock), *comparing(clock), *(scored(clock) if lens else ()),
        choice, RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=15.4),
    ]  # fmt: skip
