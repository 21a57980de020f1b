"""Each event in one line of words."""

from __future__ import annotations

from typing import get_args

import pytest

from atlas_tui import events
from atlas_tui.cli.lines import describe
from atlas_tui.events import Dropped, Event, FailureClass, SplitInput, Stage, Verdict, WrittenTest

SMALL = (events.StageEnded, events.Progress, events.Text, events.LensMapped)
"""Their news is in other lines, what a stage cost and what was written; or it is a picture."""
TEST = WrittenTest(given="1", expected="2", origin="draw 1", trust=0.5)
PAIR = SplitInput(given="3", first="4", second="5", votes_first=1, votes_second=0, votes_neither=0)
LEFT_OUT = (Dropped(why="cut off", number=1), Dropped(why="too large", number=1200))


def test_every_event_has_a_line_but_the_small_ones() -> None:
    kinds = get_args(get_args(events.AnyEvent)[0])
    assert len(kinds) > 20
    silent = [kind for kind in kinds if describe.dispatch(kind) is describe.dispatch(Event)]
    assert sorted(kind.__name__ for kind in silent) == sorted(kind.__name__ for kind in SMALL)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.StageStarted(stage=Stage.PLAN), "stage    plan"),
        (
            events.FailureFound(candidate="C", round=0, failure=FailureClass.EDGE, source="evidence"),
            "fails    C  a special case is missing, as its runs show",
        ),
        (
            events.FailureFound(candidate="C", round=2, failure=FailureClass.ALGORITHM, source="model"),
            "fails    C round 2  the algorithm is wrong, as the model says",
        ),
        (
            events.RepairTried(candidate="C", round=1, perspective="logic", kept=False, reason="worse"),
            "repair   C round 1  logic, dropped: worse",
        ),
        (
            events.RepairTried(
                candidate="C", round=2, perspective="logic", kept=True, reason="better", parent=1
            ),
            "repair   C round 2 from round 1  logic, kept: better",
        ),
        (
            events.TestsWritten(tests=(TEST,) * 4, draws=2, dropped=LEFT_OUT),
            "tests    4 tests written in 2 draws; left out: 1 cut off, 1,200 too large",
        ),
        (events.TestsWritten(tests=()), "tests    0 tests written"),
        (
            events.TestsRun(candidate="A", round=0, passed=(0, 2), tests=3),
            "tests    A  passes 2 of 3 written tests",
        ),
        (
            events.TestsRun(candidate="A", round=1, passed=(), tests=1),
            "tests    A round 1  passes 0 of 1 written test",
        ),
        (
            events.InputsWritten(inputs=("1", "2"), code="x", verdict=Verdict.OK, dropped=LEFT_OUT[:1]),
            "inputs   2 further inputs from a written program; left out: 1 cut off",
        ),
        (
            events.InputsWritten(inputs=(), code="", why="no code in the reply"),
            "inputs   0 further inputs from a written program: no code in the reply",
        ),
        (
            events.SplitJudged(
                first="A", second="B", inputs=(PAIR,), votes=(1, 0), winner="A", why="A is right", written=1
            ),
            "judge    A is right; 1 input written to tell them apart",
        ),
        (
            events.SplitJudged(
                first="A", second="B", inputs=(), votes=(0, 0), winner="", why="no input was found"
            ),
            "judge    no input was found",
        ),
        (
            events.LensScored(candidate="A", subject="candidate", state="open", score=0.51, spread=0.1),
            "lens     A  0.51 ± 0.10",
        ),
        (
            events.LensScored(candidate="A", subject="plan", state="closed", score=0.5),
            "lens     plan of A  0.50, not used: the lens is closed",
        ),
        (
            events.BaseRead(
                path="a.py",
                exists=True,
                sha256="0" * 64,
                mode=0o755,
                eol="\r\n",
                encoding="latin-1",
                final_newline=False,
                commit="4f1c2e" * 6 + "abcd",
                dirty=("b.py",),
            ),
            "target   a.py: latin-1, CRLF, mode 755, no newline at its end"
            "; commit 4f1c2e4f1c2e, 1 uncommitted file",
        ),
        (
            events.BaseRead(
                path="new.py",
                exists=False,
                sha256="",
                mode=0o644,
                eol="\n",
                encoding="utf-8",
                final_newline=True,
                commit="",
                dirty=(),
            ),
            "target   new.py: a new file",
        ),
        (
            events.SubsetTested(candidate="A", round=1, hunks=(1, 3), passed=1, samples=2, state=""),
            "part     A round 1, hunks 1, 3  passes 1 of 2 samples",
        ),
        (
            events.SubsetTested(
                candidate="A", round=0, hunks=(2,), passed=0, samples=2, state="no isolation here"
            ),
            "part     A, hunk 2  untested: no isolation here",
        ),
        (
            events.Applied(path="a.py", entry="e1", created=False, hunks=(2,)),
            "written  a.py, hunk 2  (`atlas-tui undo e1` takes it back)",
        ),
        (
            events.Undone(path="a.py", entry="e1"),
            "undone   a.py  (`atlas-tui redo e1` writes it again)",
        ),
        (events.Redone(path="a.py", entry="e1"), "redone   a.py"),
        (events.CandidateStopped(candidate="B"), "stopped  B"),
        (
            events.GoneOn(step="repair", candidate="B", model="m", isolation="full", version="0"),
            "goes on  the repair of B, model m, isolation full",
        ),
        (
            events.GoneOn(step="more", model="m", isolation="full", version="0"),
            "goes on  more candidates, model m, isolation full",
        ),
        (
            events.Preferred(candidate="B", over="A", over_round=1),
            "prefers  B, where A round 1 was chosen",
        ),
        (events.Preferred(candidate=""), "prefers  none any more"),
        (
            events.Committed(path="a.py", commit="ab" * 20, message="m", branch="try", output="x ok\ny ok"),
            "commit   abababababab on try  a.py\n         x ok\n         y ok",
        ),
        (events.Committed(path="a.py", commit="ab" * 20, message="m"), "commit   abababababab  a.py"),
        (
            events.LensScored(candidate="B", subject="candidate", state="untrained"),
            "lens     B  no score: the lens is untrained",
        ),
    ],
)
def test_findings_are_told_with_their_counts_and_reasons(event: Event, line: str) -> None:
    assert describe(event) == line
