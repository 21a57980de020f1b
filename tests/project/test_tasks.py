"""The tasks of ``benchmarks/repository``: their form, and that fault and fix are what they say."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from atlas_tui.bench.sets.source import Unusable
from atlas_tui.problem import Project
from atlas_tui.project.commands import parse_command
from atlas_tui.project.editing_rules import protected_paths
from atlas_tui.project.finding import find
from atlas_tui.sandbox import LocalSandbox
from benchmarks.repository import exercism, run
from benchmarks.repository.task import TASKS, BadTask, RepositoryTask, faults, lay_out, load, load_all
from tests.project.suites import opened

MOST_LINES = 220
"""Of a tree, all its files together."""
NAMES = sorted(path.parent.name for path in TASKS.glob("*/task.toml"))
EXERCISE = {
    ".meta/config.json": json.dumps(
        {
            "files": {
                "solution": ["leap.py"],
                "test": ["leap_test.py"],
                "example": [".meta/example.py"],
            }
        }
    ),
    ".meta/example.py": "def leap(year):\n    return year % 4 == 0 and year % 100 != 0\n",
    ".docs/instructions.md": "Tell whether a year is a leap year.\n",
    "leap.py": "def leap(year):\n    pass\n",
    "leap_test.py": """\
import unittest

from leap import leap


class LeapTest(unittest.TestCase):
    def test_by_four(self):
        self.assertTrue(leap(1996))

    def test_by_a_hundred(self):
        self.assertFalse(leap(1900))
""",
}


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[LocalSandbox]:
    async with opened() as made:
        yield made


def copied(name: str, folder: Path) -> RepositoryTask:
    """A copy of a task that may be changed."""
    shutil.copytree(TASKS / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return load(folder / name)


def test_there_are_enough() -> None:
    tasks = load_all()
    languages = Counter(task.language for task in tasks)
    assert len(tasks) >= 30
    assert languages["python"] >= 24
    assert min(languages[name] for name in ("javascript", "go", "rust")) >= 2
    assert sum("unittest" in task.command for task in tasks) >= 5
    assert sum((task.tree / "src").is_dir() for task in tasks if task.language == "python") >= 5
    assert len({task.kind for task in tasks}) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_the_form(name: str) -> None:
    task = load(TASKS / name)
    assert not list(faults(task))
    assert task.required
    texts = [path.read_text(encoding="utf-8") for path in task.tree.rglob("*") if path.is_file()]
    assert 30 < sum(len(text.splitlines()) for text in texts) < MOST_LINES


def test_a_fix_that_changes_nothing_would_be_noticed(tmp_path: Path) -> None:
    task = copied("inventory", tmp_path)
    path = task.touched[0]
    shutil.copy(task.folder / "fix" / path, task.tree / path)
    assert list(faults(task)) == [f"{path} is the same in the fix"]


def test_a_fix_that_changes_a_test_would_be_noticed(tmp_path: Path) -> None:
    task = copied("inventory", tmp_path)
    text = (task.folder / "task.toml").read_text()
    (task.folder / "task.toml").write_text(text.replace(task.touched[0], "tests/test_x.py"))
    shutil.rmtree(task.folder / "fix")
    (task.folder / "fix" / "tests").mkdir(parents=True)
    (task.folder / "fix" / "tests" / "test_x.py").write_text("")
    assert list(faults(load(task.folder))) == ["the fix changes tests/test_x.py, which decides"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("title =", "titel =", "knows no titel"),
        ('kind = "', 'kind = 7 # "', "kind is missing or no text"),
        ("required = [", "required = [1,", "required is no list of texts"),
        ("title", "= title", "cannot be read"),
    ],
)
def test_a_task_that_cannot_be_read(tmp_path: Path, old: str, new: str, why: str) -> None:
    task = copied("inventory", tmp_path)
    file = task.folder / "task.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(BadTask, match=why):
        load(task.folder)


def test_a_task_is_laid_out_as_a_clean_repository(tmp_path: Path) -> None:
    task = load(TASKS / "geometry")
    root = lay_out(task, tmp_path)
    told = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True)
    assert told.stdout == b""
    assert b"\r\n" in (root / "shapes" / "polygon.py").read_bytes()


async def test_fault_and_fix_of_one(sandbox: LocalSandbox, tmp_path: Path) -> None:
    told = await run.check(sandbox, load(TASKS / "lru_cache"), tmp_path)
    assert (told.faults, told.required, told.kept) == ((), 2, 7)


async def test_a_task_that_names_wrong_tests_would_be_noticed(sandbox: LocalSandbox, tmp_path: Path) -> None:
    task = copied("pagination", tmp_path)
    file = task.folder / "task.toml"
    file.write_text(file.read_text().replace("Pages.test_page_zero", "Pages.test_size"))
    told = (await run.check(sandbox, load(task.folder), tmp_path / "work")).faults
    assert told == (
        "test_paginator.Pages.test_size does not fail without the fix",
        "test_paginator.Pages.test_page_zero fails without the fix and is not required",
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_test_command_would_be_found(name: str) -> None:
    task = load(TASKS / name)
    assert find(task.tree)[0].runner == parse_command(task.command, task.tree).runner


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_with_the_fix_is_read_exactly(name: str) -> None:
    task = load(TASKS / name)
    paths = [path.relative_to(task.tree).as_posix() for path in task.tree.rglob("*") if path.is_file()]
    project = Project(
        root=str(task.tree), base=str(task.tree), identity="", required=task.required,
        protected=protected_paths(paths, task.required),
    )  # fmt: skip
    changes, said = run.fix_as("files", task, project)
    assert said == ()
    assert {each.path: each.content for each in changes} == {each.path: each.content for each in task.fix()}
    assert run.fix_as("pieces", task, project)[1] == ()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
async def test_fault_and_fix(name: str, sandbox: LocalSandbox, tmp_path: Path) -> None:
    told = await run.check(sandbox, load(TASKS / name), tmp_path, "pieces")
    if told.left_out:
        pytest.skip(told.left_out)
    assert told.faults == ()
    assert told.kept


def exercise(folder: Path, **changed: str | None) -> Path:
    for name, text in (EXERCISE | changed).items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return folder


async def test_an_exercise_becomes_a_task(sandbox: LocalSandbox, tmp_path: Path) -> None:
    task = exercism.convert(exercise(tmp_path / "leap"), tmp_path / "made")
    task = await exercism.complete(sandbox, task)
    assert load(task.folder) == task
    assert task.command == "python3 -m unittest leap_test.py"
    assert task.text == "Tell whether a year is a leap year."
    assert task.touched == ("leap.py",)
    assert task.required == ("leap_test.LeapTest.test_by_four",)
    assert not (task.tree / ".meta").exists()


def test_an_exercise_without_an_example_is_left_out(tmp_path: Path) -> None:
    config = {"files": {"solution": ["leap.py"], "test": ["leap_test.py"]}}
    folder = exercise(tmp_path / "leap", **{".meta/config.json": json.dumps(config)})
    with pytest.raises(Unusable, match="no example"):
        exercism.convert(folder, tmp_path / "made")
    assert not (tmp_path / "made").exists()


async def test_an_example_that_fails_is_left_out(sandbox: LocalSandbox, tmp_path: Path) -> None:
    bad = exercise(tmp_path / "leap", **{".meta/example.py": "def leap(year):\n    return None\n"})
    task = exercism.convert(bad, tmp_path / "made")
    with pytest.raises(Unusable, match="no test"):
        await exercism.complete(sandbox, task)
    assert not task.folder.exists()


def test_an_exercise_that_is_there_already_stays(tmp_path: Path) -> None:
    folder = exercise(tmp_path / "leap")
    task = exercism.convert(folder, tmp_path / "made")
    (task.tree / "leap.py").write_text("mine\n")
    with pytest.raises(Unusable, match="there already"):
        exercism.convert(folder, tmp_path / "made")
    assert (task.tree / "leap.py").read_text() == "mine\n"
