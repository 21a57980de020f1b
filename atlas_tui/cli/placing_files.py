"""A recorded change of a repository, over several files: what ``apply`` writes and ``diff`` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.cli.placing import numbers_of
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.cli.recorded import Recorded
    from atlas_tui.problem import Project
    from atlas_tui.solver.board import Attempt
    from atlas_tui.workspace import Base, Change, Diff, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFile:
    """One file of a change."""

    base: Base
    """As the candidate was built on it."""
    new: bytes | None
    """With all hunks; None removes it."""
    change: Change
    moved: str = ""
    """Why the file is not what the candidate was built on; empty when it is."""
    before: int = 0
    """Hunks of the files before it: they are numbered through all files."""
    taken: tuple[int, ...] | None = None
    """Numbers in this file; None for all of it."""

    @property
    def content(self) -> bytes | None:
        """What the file gets; None removes it."""
        if self.taken is not None:
            return self.change.content(self.taken)
        return self.new

    @property
    def writes(self) -> bool:
        """The file is changed."""
        if self.taken is not None and not self.taken:
            return False
        return self.content != (self.base.content if self.base.exists else None)

    @property
    def unified(self) -> bytes:
        """The difference as ``git apply`` takes it, exact."""
        from atlas_tui.project.difference import headed
        from atlas_tui.workspace.diff import patch

        if not self.writes:
            return b""
        exists = self.change.exists
        return headed(patch(self.change, self.taken), self.base.path, exists, self.content is not None)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the hunks that are taken, counted through all files."""
        return tuple(self.before + number for number in sorted(self.change.checked(self.taken)))

    @property
    def text(self) -> str:
        """The difference for reading."""
        from atlas_tui.project.difference import headed

        if not self.writes:
            return ""
        shown, stays = self.shown.unified.encode(), self.content is not None
        return headed(shown, self.base.path, self.change.exists, stays).decode()

    @property
    def shown(self) -> Diff:
        """The same in lines."""
        from atlas_tui.workspace.diff import diff_of

        return diff_of(self.change, self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFiles:
    """One change in the tree as it is now."""

    attempt: Attempt
    files: tuple[PlacedFile, ...]
    """In the order of their names."""

    @property
    def hunks(self) -> int:
        """Of all files."""
        return sum(len(file.change.hunks) for file in self.files)

    @property
    def taken(self) -> tuple[int, ...]:
        """Numbers of the hunks that are taken, counted through all files."""
        return tuple(number for file in self.files for number in file.numbers)

    def with_hunks(self, text: str) -> PlacedFiles:
        """The same with the hunks that ``text`` names; all of them where it is empty.

        Raises:
            InputError: it is no list of numbers, or there is no hunk of such a number.
        """
        numbers = numbers_of(text, self.hunks)
        if numbers is None:
            return self
        return replace(self, files=tuple(_part(file, numbers) for file in self.files))


def _part(file: PlacedFile, numbers: Sequence[int]) -> PlacedFile:
    """The file with those of its hunks."""
    count = len(file.change.hunks)
    taken = tuple(each - file.before for each in numbers if 0 < each - file.before <= count)
    return file if count and len(taken) == count else replace(file, taken=taken)


def place_files(workspace: Workspace, recorded: Recorded, candidate: str) -> PlacedFiles:
    """The files of a candidate over those that it was built on. Nothing is written.

    Raises:
        InputError: there is no such candidate, or its files are not in this tree.
        Refused: what it was built on is not known any more.
    """
    from atlas_tui.project.accepting import bases_as_read
    from atlas_tui.solver.change.replies import changes_of

    project, attempt = _project(workspace, recorded), recorded.attempt(candidate)
    changes = sorted(changes_of(attempt.ready.files), key=lambda change: change.path)
    if not changes:
        raise InputError("There is nothing to write", "the candidate changes no file", "choose another one")
    bases = bases_as_read(workspace, project, changes, attempt.ready.code)
    files, before = list[PlacedFile](), 0
    for base, change in zip(bases, changes, strict=True):
        made = workspace.change(base, change.content or b"")
        moved = workspace.moved(base)
        files.append(PlacedFile(base=base, new=change.content, change=made, moved=moved, before=before))
        before += len(made.hunks)
    return PlacedFiles(attempt=attempt, files=tuple(files))


def _project(workspace: Workspace, recorded: Recorded) -> Project:
    """Raises: InputError: it is about another tree."""
    project = recorded.problem.project
    if project is None:
        raise InputError(f"Session {recorded.id} holds no change of a repository", "it is about a program")
    if not Path(project.root).is_relative_to(workspace.root):
        why = f"the run was in {project.root}, and this is {workspace.root_name}"
        raise InputError("The files of the run are not here", why, "go there")
    return project


def between(placed: PlacedFiles, other: PlacedFiles) -> PlacedFiles:
    """What ``placed`` has otherwise than ``other``. Raises: InputError: a content is binary."""
    mine, theirs = ({file.base.path: file for file in each.files} for each in (placed, other))
    files, before = list[PlacedFile](), 0
    for path in sorted({**mine, **theirs}):
        file = _between(path, mine.get(path), theirs.get(path))
        files.append(replace(file, before=before))
        before += len(file.change.hunks)
    return PlacedFiles(attempt=placed.attempt, files=tuple(files))


def _between(path: str, mine: PlacedFile | None, theirs: PlacedFile | None) -> PlacedFile:
    """One file; the candidate that does not change it has it as it was."""
    from atlas_tui.workspace.hunks import compare

    known = mine or theirs
    assert known is not None
    as_it_was = known.base.content if known.base.exists else None
    old, new = (each.new if each else as_it_was for each in (theirs, mine))
    change = replace(compare(old or b"", new or b"", path), exists=old is not None)
    base = replace(known.base, exists=old is not None, content=old or b"")
    return PlacedFile(base=base, new=new, change=change, moved=known.moved)


def about_a_program(**options: object) -> None:
    """Raises: InputError: an option was given that says nothing about a change over several files."""
    for name, value in options.items():
        if value:
            why = f"--{name} is about a program that goes into one file"
            raise InputError("The session is about a change of a repository", why, f"leave --{name} out")
