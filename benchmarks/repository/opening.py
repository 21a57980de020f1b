"""A task as the problem that a person would have: its repository copied, its tests ready to be run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from atlas_tui.problem import Project
from atlas_tui.project.commands import parse_command
from atlas_tui.project.editing_rules import protected_paths
from atlas_tui.project.environment import find_environment
from atlas_tui.project.listing import list_files
from atlas_tui.project.snapshot import snapshot
from benchmarks.repository.task import RepositoryTask

PYTHON = ("pytest", "unittest")
"""Runners whose tool is a module of an interpreter that the sandbox always has."""


class ToolMissing(Exception):
    """This machine has not what the tests need, or cannot show it to them; the text says what."""


def open_project(task: RepositoryTask, root: Path) -> Project:
    """The repository at ``root``, which ``benchmarks.repository.task.lay_out`` made of the task.

    Raises:
        Refused: it cannot be listed or copied.
        CommandRefused: its test command is none.
        ToolMissing: there is nothing to run it with.
    """
    command = parse_command(task.command, root)
    files = list_files(root)
    found = find_environment(root, files, command.words[:1], _variables(), command.environment)
    program, search = command.words[0], dict(found.variables)["PATH"]
    if command.runner not in PYTHON and shutil.which(program, path=search) is None:
        raise ToolMissing("; ".join([f"{program} is not there for the tests", *found.notes]))
    copy = snapshot(root, files, found.links)
    return Project(
        root=str(root),
        base=copy.base,
        identity=copy.identity,
        command=command.words,
        runner=command.runner,
        required=task.required,
        protected=protected_paths(files.paths, task.required),
        left_out=copy.left_out,
        shown=found.shown,
        environment=found.variables,
        assigned=command.environment,
    )


@contextmanager
def as_a_person() -> Iterator[None]:
    """The variables of this process, as ``open_project`` takes them, for all that looks at them."""
    was = dict(os.environ)
    home = os.environ.get("ATLAS_TUI_HOME", "")
    os.environ.clear()
    os.environ.update({**_variables(was), **({"ATLAS_TUI_HOME": home} if home else {})})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(was)


def _variables(given: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """Those of a person who has the packages of this process, pytest above all, and no environment active."""
    kept = {name: value for name, value in given.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    return kept | {"PYTHONPATH": str(Path(pytest.__file__).parent.parent)}
