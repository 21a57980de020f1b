"""Prompts of changes that would leave a small model no room to answer: what is cut, in order, and said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.events import CandidateReady, ChangedFile, Facts, RunFinished, Verdict
from atlas_tui.problem import Mode, Problem, Project
from atlas_tui.project.checks import samples
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import ModelSettings, SandboxSettings, SolverSettings
from atlas_tui.solver import prompting
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.change.cutting import EXTENTS, OF_TEXT, shortened
from atlas_tui.solver.failed_runs import program_of
from atlas_tui.solver.kit import Kit
from atlas_tui.solver.prompting_more import perspectives
from atlas_tui.solver.repair import repair_one
from tests.conftest import reciter
from tests.project.suites import laid
from tests.solver.change_runs import Heard

SIZE = 5_632
"""Tokens of context; one is hardly more than a byte with this model."""
REQUIRED = ("test_a.py::test_x", "test_a.py::test_y")
LINES = "".join(f"line_{number} = {number}\n" for number in range(60))


@pytest.fixture
async def model() -> AsyncIterator[Heard]:
    path = reciter(["### a.py (whole file)\n```python\nline = 1\n```"])
    engine = Heard(ModelSettings(path=str(path), gpu_layers=0, context=SIZE))
    await engine.load()
    yield engine
    await engine.close()


def problem(root: Path, **more: object) -> Problem:
    laid(root, {"a.py": LINES, "test_a.py": ""})
    project = Project(
        root=str(root), base=str(root), identity="", runner="pytest", command=("pytest",), required=REQUIRED,
        context="### a.py\n```python\nline_0 = 0\n```",
    )  # fmt: skip
    project = replace(project, **more)  # type: ignore[arg-type]
    return Problem(statement="It is wrong.", mode=Mode.CHANGE, samples=samples(project), project=project)


def attempt(said: str, lines: int = 1) -> Attempt:
    code = "--- a/a.py\n+++ b/a.py\n" + "".join(f"+added_{number} = {number}\n" for number in range(lines))
    ready = CandidateReady(candidate="A", round=0, code=code, files=(ChangedFile(path="a.py", text=LINES),))
    runs = [
        RunFinished(
            candidate="A", round=0, check=f"sample {number}", verdict=Verdict.RE, facts=Facts(),
            printed="does not pass", stderr=f"{said} {number}", places=(("a.py", 30),),
        )
        for number in (1, 2)
    ]  # fmt: skip
    return Attempt(ready, tuple(runs))


async def asked(model: Heard, about: Problem, standing: Attempt) -> tuple[str, str]:
    """What a repair is asked, and what is said of it."""
    sandbox = LocalSandbox(SandboxSettings())
    kit = Kit(engine=model, sandbox=sandbox, settings=SolverSettings(), seed=1)
    events = [each async for each in repair_one(kit, about, standing, 1, perspectives()[0])]
    (ready,) = [each for each in events if isinstance(each, CandidateReady)]
    counted = await model.count(model.asked[-1].messages)
    assert counted.tokens + SIZE // OF_TEXT <= SIZE
    return model.prompts()[-1].partition("# Task")[2], "; ".join(ready.notes)


async def test_a_repair_is_told_less_where_there_is_less_room(model: Heard, tmp_path: Path) -> None:
    about = problem(tmp_path)
    whole, note = await asked(model, about, attempt("KeyError"))
    assert whole.count("around line 30") == 2 and whole.count("KeyError") == 2 and not note

    text, note = await asked(model, about, attempt("a long story " * 120))
    assert "around line" not in text and text.count("test_a.py::test_") == 2
    assert note == f"to leave room for an answer, the repair was not told of {EXTENTS[2].left_out}"

    text, note = await asked(model, about, attempt("another long story " * 200, 60))
    assert "added_59" in text and text.count("test_a.py::test_") == 1 and "most of what tests said" in note

    text, note = await asked(model, about, attempt("one more long story " * 200, 300))
    assert "added_0 " in text and "added_299" in text and "added_150" not in text
    assert "the middle of the change" in note


async def test_a_text_that_is_too_long_is_cut_and_said(model: Heard, tmp_path: Path) -> None:
    about = problem(tmp_path)
    assert await shortened(model, about) is about
    long = replace(about, statement="first words " + "and so on " * 1_000 + "last words")
    cut = await shortened(model, long)
    assert cut.statement == long.statement and "the text is too long for this model" in cut.notes[-1]
    user = prompting.observe(cut)[1].content
    assert "first words" in user and "last words" in user and len(user) < 4_000
    assert (await model.count(prompting.observe(cut))).tokens < SIZE // 2
    assert cut.project is not None
    alone = replace(cut, entry_point="half", project=replace(cut.project, context=""))
    assert len(prompting.observe(alone)[1].content) < 4_000, "also where a single function is asked for"


def test_what_many_tests_say_is_told_of_the_first(tmp_path: Path) -> None:
    ids = tuple(f"test_a.py::test_{number}" for number in range(20))
    said = tuple((test, f"words of {test} " * 100) for test in ids)
    about = problem(tmp_path, required=ids, failures=said)
    about = replace(about, samples=samples(about.project))  # type: ignore[arg-type]
    user = prompting.observe(about)[1].content
    assert all(f"- {test}: passes" in user for test in ids)
    assert "words of test_a.py::test_2" in user and "words of test_a.py::test_5 " not in user
    assert len(user) < 6_000


def test_a_model_of_single_functions_is_shown_its_function(tmp_path: Path) -> None:
    about = problem(tmp_path, targets=("a.py::half",), context="")
    about = replace(about, entry_point="half")
    text = "import math\n\n\ndef other():\n    return 1\n\n\ndef half(number):\n    return number // 3\n"
    standing = attempt("KeyError")
    ready = replace(standing.ready, files=(ChangedFile(path="a.py", text=text),))
    assert program_of(about, Attempt(ready)) == "def half(number):\n    return number // 3"
    assert program_of(replace(about, entry_point=""), Attempt(ready)) == ready.code, "else the difference"
