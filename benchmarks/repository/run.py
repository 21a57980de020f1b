"""Whether every task is what it says: its fault fails the required tests and no other, its fix passes all.

    python benchmarks/repository/run.py [--tasks FOLDER] [--fix FORM] [NAME ...]

Each task is laid out as a git repository of its own and goes the way of a person's: its files are listed and
copied, its tests are run in the sandbox, twice as they are and once with the fix. The required tests must
fail both times and all others pass; with the fix all must pass; and the repository must be left as it was.
The fix is put in place as it is (``bytes``), or as the reply of a model would be: ``files`` or ``pieces``.
Tasks in a language whose tools are not there, or cannot be shown to the sandbox, are left out by name. The
last line is one JSON object; the exit code is 0 where nothing is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from atlas_tui.problem import Project
from atlas_tui.project.base import FileChange, Report, within
from atlas_tui.project.baseline import Baseline, baseline
from atlas_tui.project.checks import checks
from atlas_tui.project.editing import read_reply
from atlas_tui.project.testing import run_tests
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import SandboxSettings
from benchmarks.repository import reciting
from benchmarks.repository.opening import ToolMissing, open_project
from benchmarks.repository.task import TASKS, RepositoryTask, faults, lay_out, load_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a task."""

    name: str
    faults: tuple[str, ...]
    required: int
    kept: int
    seconds: float
    """Wall time of everything."""
    left_out: str = ""
    """Why it could not be run here, in words; empty where it was."""


FORMS: dict[str, Callable[[RepositoryTask], str] | None] = {
    "bytes": None, "files": reciting.whole_files, "pieces": reciting.pieces,
}  # fmt: skip
"""How the fix is put in place: as it is, or as a reply that is read."""


async def check(sandbox: Sandbox, task: RepositoryTask, folder: Path, form: str = "bytes") -> Checked:
    """Run the task below ``folder``; what is wrong with it is told, not raised."""
    begun = time.monotonic()
    wrong, kept, left_out = list(faults(task)), 0, ""
    if not wrong:
        folder.mkdir(parents=True, exist_ok=True)
        root = lay_out(task, folder)
        was = digest(root)
        try:
            kept, wrong = await _run(sandbox, task, open_project(task, root), form)
        except ToolMissing as error:
            left_out = str(error)
        if digest(root) != was:
            wrong.append("the repository was changed")
    return Checked(
        name=task.name,
        faults=tuple(wrong),
        required=len(task.required),
        kept=kept,
        seconds=time.monotonic() - begun,
        left_out=left_out,
    )


async def _run(sandbox: Sandbox, task: RepositoryTask, project: Project, form: str) -> tuple[int, list[str]]:
    """How many tests are to go on passing, and what is wrong."""
    before = await baseline(sandbox, project)
    changes, said = fix_as(form, task, project)
    fixed = await run_tests(sandbox, project, changes=changes)
    wrong = [*said, *_wrong_before(task, before), *_wrong_after(task, before.applied(project), fixed)]
    return len(before.kept), wrong


def fix_as(
    form: str, task: RepositoryTask, project: Project
) -> tuple[tuple[FileChange, ...], tuple[str, ...]]:
    """The fix in one of ``FORMS``, and what is held against it: it should be nothing."""
    reply_of = FORMS[form]
    if reply_of is None:
        return task.fix(), ()
    reply = read_reply(reply_of(task), project)
    return reply.changes, tuple(dict.fromkeys((*reply.notes, *reply.flags)))


async def deciding(sandbox: Sandbox, task: RepositoryTask) -> tuple[str, ...]:
    """Ids of the tests that pass with the fix and do not pass without it, sorted. Raises: ToolMissing."""
    with tempfile.TemporaryDirectory(prefix="atlas-task-") as folder:
        project = open_project(task, lay_out(task, Path(folder)))
        before = await run_tests(sandbox, project)
        fixed = await run_tests(sandbox, project, changes=task.fix())
    return tuple(sorted(test for test in fixed.cases if fixed.passed(test) and not before.passed(test)))


def _wrong_before(task: RepositoryTask, before: Baseline) -> Iterator[str]:
    if before.fault:
        yield before.fault
        return
    yield from _named("does not end alike twice", before.flaky)
    # What cannot be imported is one case, that of its file.
    told = [test for test in task.required if not any(within(test, group) for group in before.required)]
    yield from _named("does not fail without the fix", told)
    groups = [group for group in before.required if not any(within(test, group) for test in task.required)]
    yield from _named("fails without the fix and is not required", groups)


def _wrong_after(task: RepositoryTask, project: Project, fixed: Report) -> Iterator[str]:
    if not fixed.whole:
        yield f"with the fix not all tests were run: {fixed.fault or 'the report has no end'}"
    wanted = {*task.required, *(test for one in checks(project) for test in one.tests)}
    failing = {test for test in {*wanted, *fixed.cases} if not fixed.passed(test)}
    yield from _named("does not pass with the fix", failing)


def _named(what: str, tests: Iterable[str]) -> Iterator[str]:
    for test in sorted(tests):
        yield f"{test} {what}"


def digest(root: Path) -> str:
    """Of names, modes and contents of everything below ``root``."""
    found = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        found.update(os.fsencode(path.relative_to(root)) + b"\0%o\0" % path.lstat().st_mode)
        if path.is_file():
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


@contextmanager
def own_home() -> Iterator[Path]:
    """A folder for all that is left behind: copies, logs, and what the sandbox remembers."""
    with tempfile.TemporaryDirectory(prefix="atlas-tasks-") as folder:
        os.environ["ATLAS_TUI_HOME"] = f"{folder}/home"
        yield Path(folder)


async def main(tasks: list[RepositoryTask], form: str) -> int:
    told = []
    with own_home() as folder:
        sandbox = LocalSandbox(SandboxSettings())
        try:
            for task in tasks:
                told.append(await check(sandbox, task, folder, form))
                print_row(told[-1])
        finally:
            await sandbox.close()
    wrong = [checked.name for checked in told if checked.faults]
    left_out = [checked.name for checked in told if checked.left_out]
    seconds = round(sum(checked.seconds for checked in told), 1)
    print(json.dumps({"tasks": len(told), "wrong": wrong, "left_out": left_out, "seconds": seconds}))
    return 1 if wrong or len(left_out) == len(told) else 0


def print_row(checked: Checked) -> None:
    """What came of a task, on a line, with its faults below."""
    counts = f"{checked.required:>3} required {checked.kept:>3} kept {checked.seconds:>6.1f} s"
    word = "left out" if checked.left_out else "wrong" if checked.faults else "right"
    print(f"{word:<8} {checked.name:<16} {counts}", flush=True)
    for line in (*checked.faults, checked.left_out):
        if line:
            print(f"         {line}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--tasks", type=Path, default=TASKS)
    parser.add_argument("--fix", choices=FORMS, default="bytes")
    given = parser.parse_args()
    found = [task for task in load_all(given.tasks) if not given.names or task.name in given.names]
    sys.exit(asyncio.run(main(found, given.fix)))
