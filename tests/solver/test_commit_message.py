"""The proposed message of a commit: the model's where it is one clean line, else a plain sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from atlas_tui.problem import Mode, Problem
from atlas_tui.settings import ModelSettings, SandboxSettings, Settings, SolverSettings
from atlas_tui.solver import commit_message
from atlas_tui.solver.commit_message import clean_line, messages, plain_message
from atlas_tui.solver.runtime import Runtime
from tests.conftest import reciter
from tests.solver.stage_parts import COUNT

NEW = "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+x = {1}\n"
CHANGED = "--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def problem(statement: str) -> Problem:
    return Problem(statement=statement, mode=Mode.PROGRAM)


async def proposed(reply: str, tmp_path: Path, diff: str = CHANGED, path: str | None = None) -> str:
    settings = Settings(
        model=ModelSettings(path=str(reciter([reply])) if path is None else path, gpu_layers=0),
        solver=SolverSettings(seed=5),
        sandbox=SandboxSettings(),
    )
    runtime = Runtime(settings, tmp_path)
    try:
        return await runtime.propose_message(COUNT, diff)
    finally:
        await runtime.close()


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ("Count items without a loop", "Count items without a loop"),
        ("```python\nprint(1)\n```", "Change src/a.py: write count_items"),
        ("Add this. " * 400, "Change src/a.py: write count_items"),
    ],
)
async def test_the_model_is_asked_and_checked(reply: str, message: str, tmp_path: Path) -> None:
    assert await proposed(reply, tmp_path) == message


async def test_without_a_model_there_is_a_sentence_all_the_same(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.gguf")
    assert await proposed("", tmp_path, NEW, missing) == "Add a.py: write count_items"
    assert await proposed("", tmp_path, "", missing) == "Solve: Count how often x is in items"


async def test_during_a_run_the_model_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(model=ModelSettings(path=str(reciter(["Add more speed"])), gpu_layers=0))
    runtime = Runtime(settings, tmp_path)
    try:
        run = runtime.solve(COUNT)
        await anext(run)
        assert await runtime.propose_message(COUNT, NEW) == "Add a.py: write count_items"
        await run.aclose()  # type: ignore[attr-defined]
    finally:
        await runtime.close()


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("Add a faster count\n", "Add a faster count"),
        ('"Add a faster count."', "Add a faster count"),
        ("`Re-order the loop`", "Re-order the loop"),
        ("A" + "d" * 80, ""),
        ("Add a count\n\nIt is faster.", ""),
        ("- Add a count", ""),
        ("# Add", ""),
        ("Added a count", ""),
        ("This adds a count", ""),
        ("Here is the message: Add", ""),
        ("Add this:", ""),
        ("add a count", ""),
        ("Add", ""),
        ("Add \x1b[31mred", ""),
        ("Add \u202ered to it", ""),
        ("Add ```python", ""),
        ("", ""),
        ('""', ""),
    ],
)
def test_only_one_clean_line_is_taken(reply: str, line: str) -> None:
    assert clean_line(reply) == line


@pytest.mark.parametrize(
    ("statement", "diff", "message"),
    [
        ("\n\n# Two **Sum**\n\nGiven …", NEW, "Add a.py: Two Sum"),
        ("> Add numbers.", CHANGED, "Change src/a.py: Add numbers"),
        ("", CHANGED, "Change src/a.py"),
        ("", "", "Add a solution"),
        ("One.\n", CHANGED + NEW, "Add src/a.py and 1 more: One"),
        ("Bad \x1b[31m name\u202e here", NEW, "Add a.py: Bad [31m name here"),
    ],
)
def test_the_plain_sentence(statement: str, diff: str, message: str) -> None:
    assert plain_message(problem(statement), diff) == message


@pytest.mark.parametrize("statement", ["Words and words " * 40, "x" * 500, "é" * 71 + " ü"])
@pytest.mark.parametrize("path", ["a.py", "deep/" * 30 + "a.py", "n" * 90 + ".py", "a\nb.py"])
def test_the_plain_sentence_is_one_short_line(statement: str, path: str) -> None:
    made = plain_message(problem(statement), f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-x\n+y\n")
    assert 20 < len(made) <= commit_message.LENGTH and "\n" not in made and made.startswith("Change ")


def test_the_prompt_holds_the_diff_as_it_is() -> None:
    asked = messages(replace(COUNT, statement="Solve {this}"), NEW)
    assert "Solve {this}" in asked[1].content and "+x = {1}" in asked[1].content
    long = messages(COUNT, CHANGED + "+y = 3\n" * 9000)
    assert len(long[1].content) < commit_message.DIFF_LIMIT + 1000
