"""A change in a repository: the repository on disk, and a run about it written by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

from atlas_tui.events import (
    AgreementFound,
    CandidateReady,
    ChangedFile,
    Chosen,
    Event,
    Facts,
    Gave,
    Grade,
    Outcome,
    Part,
    Reason,
    RunEnded,
    RunFinished,
    Stage,
    StageEnded,
    StageStarted,
    TestsRun,
    TestsWritten,
    Text,
    Verdict,
    WrittenTest,
)
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.project.checks import samples
from tests.ui import story

TEXT = "The mean of no numbers is 0, see @stats.py"
REQUIRED = ("test_stats.MeanTest.test_of_none", "test_stats.MeanTest.test_of_one_is_itself")
FILES = {
    "stats.py": "def mean(numbers):\n    return sum(numbers) / len(numbers) + (len(numbers) == 1)\n",
    "test_stats.py": """import unittest

from stats import mean


class MeanTest(unittest.TestCase):
    def test_of_none(self):
        self.assertEqual(mean([]), 0)

    def test_of_one_is_itself(self):
        self.assertEqual(mean([3]), 3)

    def test_of_two(self):
        self.assertEqual(mean([1, 3]), 2)
""",
}
FIXED = "def mean(numbers):\n    return sum(numbers) / len(numbers) if numbers else 0\n"
DIFF = """diff --git a/stats.py b/stats.py
--- a/stats.py
+++ b/stats.py
@@ -1,2 +1,2 @@
 def mean(numbers):
-    return sum(numbers) / len(numbers) + (len(numbers) == 1)
+    return sum(numbers) / len(numbers) if numbers else 0
"""
FLAG = "it changes test_stats.py, which decides"
SAID = "Traceback (most recent call last):\nZeroDivisionError: division by zero"


def write_repository(folder: Path) -> None:
    """A repository with two tests that fail and one that passes."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"),
    ):
        subprocess.run(("git", *words), cwd=folder, check=True)


def project(folder: Path, **more: object) -> Project:
    """How its tests end."""
    known: dict[str, object] = {
        "root": str(folder),
        "base": str(folder),
        "identity": "0" * 64,
        "head": "main@1234567",
        "command": ("python", "-m", "unittest"),
        "runner": "unittest",
        "required": REQUIRED,
        "kept": ("test_stats.MeanTest.test_of_two",),
        "protected": ("test_stats.py",),
        "left_out": ("logo.png: a binary file",),
    }
    return Project(**{**known, **more})  # type: ignore[arg-type]


def problem(folder: Path) -> Problem:
    found = project(folder)
    return Problem(statement=TEXT, mode=Mode.CHANGE, samples=samples(found), project=found)


def _run(clock: story.Clock, label: str, number: int, verdict: Verdict) -> RunFinished:
    good = verdict is Verdict.OK
    return RunFinished(
        at=clock(), candidate=label, round=0, check=f"sample {number}", verdict=verdict,
        facts=Facts(wall_seconds=0.2), printed="passes" if good else "does not pass",
        stderr="" if good else SAID, places=() if good else (("test_stats.py", 8), ("stats.py", 2)),
    )  # fmt: skip


def whole(folder: Path) -> list[Event]:
    """A is chosen; B passes one test of three; C is flagged."""
    clock = story.Clock()
    events = [
        *story.opening(clock, problem(folder), target=""),
        StageStarted(at=clock(), stage=Stage.GENERATE),
    ]
    for label in "ABC":
        events.append(
            Text(
                at=clock(),
                candidate=label,
                part=Part.CODE,
                delta=f"### stats.py\n```python\n{FIXED}",
                tokens=9,
            )
        )
        flags = (FLAG,) if label == "C" else ()
        files = (ChangedFile(path="stats.py", text=FIXED),)
        events.append(
            CandidateReady(at=clock(), candidate=label, round=0, code=DIFF, files=files, flags=flags)
        )
    events += [
        StageEnded(at=clock(), stage=Stage.GENERATE, seconds=1.0),
        StageStarted(at=clock(), stage=Stage.EVIDENCE),
    ]
    ends = {"A": (Verdict.OK,) * 3, "B": (Verdict.RE, Verdict.WA, Verdict.OK), "C": (Verdict.OK,) * 3}
    for label, verdicts in ends.items():
        events += [_run(clock, label, number, verdict) for number, verdict in enumerate(verdicts, 1)]
    events += [
        StageEnded(at=clock(), stage=Stage.EVIDENCE, seconds=1.0),
        *written(clock),
        AgreementFound(at=clock(), clusters=(), inputs=0),
        Chosen(
            at=clock(), candidate="A", code=DIFF, grade=Grade.SAMPLES_ONLY, passed=3, samples=3,
            reasons=(
                Reason(rule="samples", text="A passes all 3 checks by the repository's tests", decided=True),
                Reason(rule="length", text="A is the smaller change"),
            ),
        ),
        RunEnded(at=clock(), outcome=Outcome.VERIFIED, seconds=5.0),
    ]  # fmt: skip
    return events


def written(clock: story.Clock) -> list[Event]:
    """One test that the model wrote, which A passes and B does not."""
    source = "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_1_empty(self):\n        pass\n"
    events: list[Event] = [
        TestsWritten(
            at=clock(),
            tests=(WrittenTest(given=source, expected="test_1_empty", origin="tests 1", trust=0.5),),
        )
    ]
    for label, verdict in (("A", Verdict.OK), ("B", Verdict.WA)):
        gave = Gave(candidate=label, round=0, verdict=verdict, facts=Facts(), printed="passes", stderr="")
        passed = (0,) if verdict is Verdict.OK else ()
        events.append(TestsRun(at=clock(), candidate=label, round=0, passed=passed, tests=1, gave=(gave,)))
    return events
