"""A session about a change in a repository, told in lines: tests by their names, changes, no programs."""

from __future__ import annotations

from dataclasses import replace

from atlas_tui import events
from atlas_tui.cli.lines import describe
from atlas_tui.cli.telling import Telling
from atlas_tui.events import ChangedFile, Facts, Grade, Verdict
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.project.checks import samples
from atlas_tui.store.export import markdown

PROJECT = Project(
    root="/home/me/shop", base="/b", identity="", head="main@1", command=("pytest", "-q"), runner="pytest",
    required=("t.py::test_a",), kept=("t.py::test_b", "t.py::test_c"), flaky=("t.py::test_d",),
)  # fmt: skip
PROBLEM = Problem(
    statement="Mend it", mode=Mode.CHANGE, samples=samples(PROJECT), notes=("look out",), project=PROJECT
)
DIFF = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
READY = events.CandidateReady(
    candidate="A", round=0, code=DIFF, tokens=7, files=(ChangedFile(path="x", text="b\n"),),
    flags=("it changes x",),
)  # fmt: skip
CHOSEN = events.Chosen(
    candidate="A", code=DIFF, grade=Grade.SAMPLES_ONLY, passed=1, samples=2, reasons=()
)  # fmt: skip


def ran(check: str, verdict: Verdict) -> events.RunFinished:
    return events.RunFinished(candidate="A", round=0, check=check, verdict=verdict, facts=Facts())


def test_a_change_is_told_in_its_own_words() -> None:
    telling = Telling()
    told = [
        telling.line(event)
        for event in (
            events.ProblemRead(problem=PROBLEM),
            READY,
            ran("sample 1", Verdict.WA),
            ran("sample 2", Verdict.TLE),
            ran("sample 9", Verdict.OK),
            events.AgreementFound(clusters=(), inputs=0),
            CHOSEN,
        )
    ]
    assert told == [
        "read     change in /home/me/shop, main@1: 1 test to pass, 2 to keep, 1 flaky; pytest -q"
        "\n         note: look out",
        "change   A  1 file, 2 changed lines, 7 tokens\n         not chosen by itself: it changes x",
        "run      A  t.py::test_a  failed",
        "run      A  the 2 tests that pass already  took too long",
        "run      A  sample 9  passed",
        "",
        "chosen   A, tests only: mends 0 of 1 test, breaks others",
    ]


def test_what_cannot_be_used_is_told_once_and_what_passes_all_needs_no_runs() -> None:
    telling = Telling()
    telling.line(events.ProblemRead(problem=PROBLEM))
    assert telling.line(ran("sample 1", Verdict.CE)) == ""
    assert "mends 1 of 1 test, keeps all 2" in telling.line(replace(CHOSEN, passed=2))
    part = events.SubsetTested(candidate="A", round=0, hunks=(1,), passed=1, samples=2, state="")
    assert telling.line(part) == "part     A, hunk 1  passes not all tests"


def test_names_end_no_line() -> None:
    project = replace(
        PROJECT, root="/home/me/a\nread", required=("t.py::a\nb",), left_out=("a submodule: x\ny",)
    )
    problem = replace(PROBLEM, project=project, samples=samples(project))
    telling = Telling()
    read = telling.line(events.ProblemRead(problem=problem)).split("\n")
    assert read[0].startswith("read     change in /home/me/a\\nread, main@1: ")
    assert read[1:] == ["         note: look out", "         left out: a submodule: x\\ny"]
    assert telling.line(ran("sample 1", Verdict.WA)) == "run      A  t.py::a\\nb  failed"


def test_no_tests_are_written_and_why() -> None:
    found = events.TestsWritten(tests=(), dropped=(events.Dropped(why="not for go", number=0),))
    assert describe(found) == "tests    0 tests written: not for go"


def test_a_program_is_told_as_ever() -> None:
    telling, program = Telling(), Problem(statement="x", mode=Mode.PROGRAM)
    for event in (events.ProblemRead(problem=program), ran("sample 1", Verdict.WA), CHOSEN):
        assert telling.line(event) == describe(event)


def test_an_exported_change_names_repository_tests_and_flags() -> None:
    text = markdown([events.ProblemRead(problem=PROBLEM), READY, ran("sample 1", Verdict.OK), CHOSEN])
    for words in (
        "- Repository: /home/me/shop",
        "- Tests: pytest -q",
        "1. t.py::test\\_a",
        "1 of 2 checks passed",
        "## Changes",
        "- t.py::test\\_a: OK",
        "- not chosen by itself: it changes x",
        "```diff\ndiff --git",
    ):
        assert words in text, words
