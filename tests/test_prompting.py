"""The prompts: one shared beginning, what each stage adds, and a version that follows their files."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from atlas_tui.engine.base import Message
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.solver import prompting, prompting_more

BRACES = "Print {statement} and {0} and {task!r}: ```python\n{x}\n``` é <|im_end|>"
PROGRAM = Problem(statement=BRACES, mode=Mode.PROGRAM)
FUNCTION = Problem(statement=BRACES, mode=Mode.FUNCTION, entry_point="count_items")


def every_prompt(problem: Problem) -> list[tuple[Message, ...]]:
    text = "Technique: loops\n1. {do} it.\n"
    return [
        prompting.observe(problem),
        prompting.derive(problem, "a {b}", "c"),
        prompting.plan(problem, ["a {b}", "c"]),
        prompting.plan(problem, ["a {b}", "c"], ["{d}"]),
        prompting.about(problem, "restate.md"),
        prompting.about(problem, "idea.md"),
        *(prompting.code(problem, plan, varied) for plan in ("", text) for varied in ("", "Be {brave}.")),
        prompting_more.tests(problem, 6),
        prompting_more.generator(problem, 6, 1000),
        prompting_more.differ(problem, "print({1})", "print({2})", 6),
        prompting_more.judge(problem, "[1]", "{2}", "{3}"),
        prompting_more.diagnose(problem, "print({1})", "On the input\n{}\nit failed"),
        *(
            prompting_more.repair(problem, "print({1})\n", "On the input\n{}\nit failed", perspective)
            for perspective in prompting_more.perspectives()
        ),
    ]


def _same(characters: tuple[str, ...]) -> str:
    """The character that all have at one place, or nothing."""
    return characters[0] if len(set(characters)) == 1 else ""


@pytest.mark.parametrize("problem", [PROGRAM, FUNCTION], ids=["program", "function"])
def test_all_prompts_of_a_problem_begin_with_the_same_bytes(problem: Problem) -> None:
    prompts = every_prompt(problem)
    assert all([message.role for message in prompt] == ["system", "user"] for prompt in prompts)
    assert len({prompt[0].content for prompt in prompts}) == 1
    shared = "".join(
        takewhile(str, map(_same, zip(*(prompt[1].content for prompt in prompts), strict=False)))
    )
    assert problem.statement in shared and shared.endswith("# Task\n\n")
    assert len({prompt[1].content for prompt in prompts}) == len(prompts)


def test_texts_of_others_stand_in_the_prompt_as_they_are() -> None:
    texts = [prompt[1].content for prompt in every_prompt(PROGRAM)]
    code = prompting.code(PROGRAM, "1. {do} it.", "Be {brave}.")[1].content
    assert all(BRACES in text for text in texts)
    assert "Be {brave}.\n\nFollow this plan:\n1. {do} it.\n" in code
    assert "```python\nprint({1})\n```\nOn the input\n{}\nit failed" in texts[-1]


def test_the_plan_prompt_holds_observations_and_what_is_taken() -> None:
    text = prompting.plan(PROGRAM, ["first one", "second one"])[1].content
    assert "- first one\n- second one\n" in text and "taken" not in text
    text = prompting.plan(PROGRAM, ["first one", "second one"], ["sorting", "a heap"])[1].content
    assert "- first one\n- second one\n" in text and "taken:\n- sorting\n- a heap\n" in text


def test_a_program_and_a_function_are_asked_for_differently() -> None:
    program, function = prompting.code(PROGRAM, "")[1].content, prompting.code(FUNCTION, "")[1].content
    assert "standard input" in program and "count_items" not in program
    assert "`count_items`" in function and "standard input" not in function.split("# Task")[1]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.WA, "but it gave\n7"),
        (Verdict.IE, "but it gave\n7"),
        (Verdict.RE, "but it ended with\nZeroDivisionError: division by zero"),
        (Verdict.SV, "but it ended with\nZeroDivisionError: division by zero"),
        (Verdict.OLE, "but it ended with\nZeroDivisionError: division by zero"),
        (Verdict.TLE, "but it took too long."),
        (Verdict.MLE, "but it used too much memory."),
    ],
)
def test_evidence_is_worded_by_verdict(verdict: Verdict, words: str) -> None:
    stderr = "Traceback (most recent call last):\n  …\nZeroDivisionError: division by zero\n"
    text = prompting.evidence(PROGRAM, verdict, "1 2\n", "3\n", "7\n", stderr)
    assert text == f"On the input\n1 2\nthe right answer is\n3\n{words}"


def test_evidence_of_code_that_is_not_python_tells_only_that() -> None:
    text = prompting.evidence(
        PROGRAM, Verdict.CE, "1 2\n", "3\n", "", "line 1, column 2: “(” is never closed"
    )
    assert text == "It is not usable Python: line 1, column 2: “(” is never closed"


def test_evidence_of_a_function_shows_the_call() -> None:
    text = prompting.evidence(FUNCTION, Verdict.WA, '[[1, 2], "a"]', "3", "", "")
    assert text == 'On the input\ncount_items([1, 2], "a")\nthe right answer is\n3\nbut it gave\nnothing'


def test_evidence_without_standard_error_still_says_something() -> None:
    assert "but it ended with\nan error" in prompting.evidence(PROGRAM, Verdict.RE, "1", "2", "", " \n")


def test_long_evidence_loses_its_middle() -> None:
    text = prompting.evidence(PROGRAM, Verdict.WA, "a" * 9000 + "\n", "b", "c" * 9000, "")
    assert len(text) < 2 * prompting.FIELD_LIMIT + 200
    assert text.count("\n…\n") == 2
    assert prompting.shorten("\n\n  x  \n\n") == "  x  "
    assert prompting.shorten("x" * prompting.FIELD_LIMIT) == "x" * prompting.FIELD_LIMIT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the prompts that the hash is taken of."""
    shutil.copytree(Path(prompting.__file__).parent / "prompts", tmp_path / "prompts")
    monkeypatch.setattr(prompting.resources, "files", lambda _name: tmp_path)
    return tmp_path / "prompts"


def test_the_version_is_the_same_for_the_same_files(folder: Path) -> None:
    assert prompting.prompt_hash.__wrapped__() == prompting.prompt_hash()
    (folder / "notes.txt").write_text("not a prompt")
    assert prompting.prompt_hash.__wrapped__() == prompting.prompt_hash()


def test_the_version_changes_with_any_prompt_file(folder: Path) -> None:
    assert list(prompting.TRAINED) == sorted(prompting.TRAINED)
    files = sorted(file.name for file in folder.iterdir())
    assert sorted((*prompting.TRAINED, *prompting.UNTRAINED)) == files
    found = {prompting.prompt_hash.__wrapped__()}
    for name in prompting.TRAINED:
        text = (folder / name).read_bytes()
        (folder / name).write_bytes(text + b" ")
        found.add(prompting.prompt_hash.__wrapped__())
        (folder / name).write_bytes(text)
    assert len(found) == 1 + len(prompting.TRAINED)


def test_a_prompt_that_nothing_was_trained_on_is_no_part_of_the_version(folder: Path) -> None:
    for name in prompting.UNTRAINED:
        (folder / name).write_text("Say something else.")
    assert prompting.prompt_hash.__wrapped__() == prompting.prompt_hash()


def test_a_problem_without_samples_has_the_same_prompts() -> None:
    """Samples reach the model in the statement alone, so editing them does not cost the cache."""
    edited = replace(PROGRAM, notes=("x",), source="y")
    assert every_prompt(edited) == every_prompt(PROGRAM)
