"""Exercism-style exercises as tasks of a repository: the stub is the tree, the example is the fix.

    python benchmarks/repository/exercism.py FOLDER DESTINATION

``FOLDER`` is a track, its exercises, one of them, or holds exercises by language. Each becomes a folder
below ``DESTINATION`` (which must not hold it yet) in the form of ``tasks/``; which tests are required is
found out by running stub and example in the sandbox. Exercises that cannot be used are told by name, and the
exit code is 1 where none can.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from atlas_tui.bench.sets import exercises
from atlas_tui.bench.sets.source import Unusable
from atlas_tui.bench.task import FolderTests, Stub
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Sandbox
from atlas_tui.settings import SandboxSettings
from benchmarks.repository.opening import ToolMissing
from benchmarks.repository.run import deciding, own_home
from benchmarks.repository.task import LANGUAGES, RepositoryTask, as_toml, write

PLACES = ("", "*", "*/*", "exercises/*/*")
"""Where exercises lie below a folder."""


def convert(folder: Path, destination: Path) -> RepositoryTask:
    """Write the exercise in ``folder`` as a task below ``destination``; it names no required tests yet.

    Raises:
        Unusable: something it needs is missing or broken, its language is none of repository tasks, or the
            folder is there already.
        OSError: it cannot be written.
    """
    made = exercises.task_of(folder)
    stub, check = made.asked, made.check
    if not isinstance(stub, Stub) or not isinstance(check, FolderTests):
        raise Unusable("it is no exercise with tests")
    if (destination / folder.name).exists():
        raise Unusable(f"{destination / folder.name} is there already")
    if check.language not in LANGUAGES:
        raise Unusable(f"how a repository in {check.language} is tested is not tried here")
    if not check.example:
        raise Unusable("it has no example")
    tree = {**dict(check.files), stub.path: stub.content}
    fix = {path: text for path, text in check.example if tree.get(path) != text}
    task = RepositoryTask(
        folder=destination / folder.name,
        title=f"Complete {stub.path}",
        kind="stub",
        language=check.language,
        command=shlex.join(check.command),
        text=stub.instructions,
        required=(),
        touched=tuple(fix),
    )
    write(task, _encoded(tree), _encoded(fix))
    return task


def _encoded(files: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


async def complete(sandbox: Sandbox, task: RepositoryTask) -> RepositoryTask:
    """The task with the tests that the example passes and the stub does not, written back.

    Raises: Unusable, where there is none, or nothing here runs them; the task is removed then.
    """
    why = "no test fails before and passes after its example is in place"
    try:
        required = await deciding(sandbox, task)
    except ToolMissing as error:
        required, why = (), str(error)
    if not required:
        shutil.rmtree(task.folder)
        raise Unusable(why)
    task = replace(task, required=required)
    (task.folder / "task.toml").write_text(as_toml(task), encoding="utf-8")
    return task


def folders(root: Path) -> Iterator[Path]:
    """The exercises below ``root``."""
    return (row.file for row in exercises.rows(root, *PLACES))


async def main(root: Path, destination: Path) -> int:
    if not any(folders(root)):
        print(f"{root} holds no exercise")
        return 1
    usable = 0
    with own_home():
        sandbox = LocalSandbox(SandboxSettings())
        try:
            for folder in folders(root):
                try:
                    task = await complete(sandbox, convert(folder, destination))
                except (Unusable, OSError) as error:
                    print(f"{folder.name}: left out: {error}")
                    continue
                usable += 1
                print(f"{task.name}: {len(task.required)} tests")
        finally:
            await sandbox.close()
    return 0 if usable else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("destination", type=Path)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.folder, given.destination)))
