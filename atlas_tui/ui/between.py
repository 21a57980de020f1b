"""What two programs, or two changes of a repository, differ in, as whole files. No Textual.

A difference between two differences says nothing to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.errors import InputError
from atlas_tui.ui.state import Attempt, RunState

if TYPE_CHECKING:
    from atlas_tui.problem import Project


@dataclass(frozen=True, slots=True)
class Sides:
    """One file on both sides."""

    path: str
    """With an end that tells the language."""
    first: bytes
    second: bytes


def programs(first: str, second: str, name: str) -> tuple[Sides, ...]:
    """Two programs; ``name`` is that of the second."""
    one, two = (text.encode("utf-8", "replace") for text in (first, second))
    return (Sides(f"{name}.py", one, two),)


def attempts(run: RunState, first: Attempt, second: Attempt, name: str) -> tuple[Sides, ...]:
    """The files that differ between two attempts of a run, in the order of their names. Reads the disk, where
    only one of them changes a file: the other one has it as it was."""
    project = run.problem.project if run.problem else None
    if project is None:
        return programs(first.code or "", second.code or "", name)
    one, two = contents(first), contents(second)
    found = (
        Sides(path, *(side[path] if path in side else _base(project, path) for side in (one, two)))
        for path in sorted(one.keys() | two.keys())
    )
    return tuple(each for each in found if each.first != each.second)


def contents(attempt: Attempt) -> dict[str, bytes]:
    """The files of a change by their paths; a removed one is empty."""
    from atlas_tui.solver.change.replies import changes_of

    return {change.path: change.content or b"" for change in changes_of(attempt.files)}


def _base(project: Project, path: str) -> bytes:
    """The file as it was before; empty where that is not known any more."""
    from atlas_tui.project.files import Folder

    try:
        return Folder(Path(project.base)).read(path) or b""
    except InputError:
        return b""


def texts(first: Attempt, second: Attempt) -> Iterator[tuple[str, str | None, str | None]]:
    """Path and both texts of each file that two changes do not leave alike; None where one has it as it was.

    Nothing is read from the disk.
    """
    one, two = contents(first), contents(second)
    for path in sorted(one.keys() | two.keys()):
        old, new = (side[path].decode("utf-8", "replace") if path in side else None for side in (one, two))
        if old != new:
            yield path, old, new
