"""How a review is made: a program placed into its target, or the files of a change. Disk work, in threads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.errors import InputError
from atlas_tui.ui.reviewing import FileReview, Review

if TYPE_CHECKING:
    from atlas_tui.events import WrittenTest
    from atlas_tui.problem import Problem, Project
    from atlas_tui.project.base import FileChange
    from atlas_tui.ui.state import Attempt
    from atlas_tui.workspace import Base, How, Workspace
    from atlas_tui.workspace.hunks import Change

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the review of a program is made from."""

    workspace: Workspace
    problem: Problem
    label: str
    round: int
    code: str
    target: str
    whole_file: bool
    tests: tuple[WrittenTest, ...]
    with_tests: bool
    """A file of tests may go along."""


def of_program(wanted: Wanted, base: Base) -> Review:
    """The program in its target, and a file of tests. Raises: InputError, Refused."""
    workspace, problem = wanted.workspace, wanted.problem
    placed = workspace.place(base, wanted.code, problem.entry_point, _how(wanted.whole_file))
    files = [file_of(workspace, base, placed)]
    if wanted.with_tests and (tests := _tests_file(wanted, base, placed)):
        files.append(tests)
    return Review(wanted.label, wanted.round, wanted.target, tuple(files), whole_file=wanted.whole_file)


def _how(whole_file: bool) -> How:
    """The workspace's word for it, which is loaded after the first frame."""
    from atlas_tui.workspace import How

    return How.WHOLE if whole_file else How.AUTO


def _tests_file(wanted: Wanted, base: Base, placed: bytes) -> FileReview | None:
    """A new file of tests, none of which is taken before the person takes it."""
    workspace = wanted.workspace
    made = workspace.test_file(wanted.problem, base.path, wanted.tests, placed)
    if made is None:
        return None
    path, content = made
    try:
        tests = file_of(workspace, workspace.base(path), content)
    except InputError as error:
        log.info("no file of tests is offered: %s", error)
        return None
    return replace(tests, taken=frozenset(), tests=True)


def file_of(workspace: Workspace, base: Base, new: bytes | None) -> FileReview:
    """All hunks taken; None removes the file."""
    placed = new or b""
    change = workspace.change(base, placed)
    every = frozenset(hunk.number for hunk in change.hunks)
    return FileReview(base, placed, change, every, removes=new is None)


def of_change(
    workspace: Workspace, project: Project, label: str, program: Attempt | None, target: str
) -> Review:
    """The files of a change, in the order of their names. Raises: InputError, Refused."""
    from atlas_tui.project.accepting import bases_as_read

    changes = _changes(program)
    if program is None or not changes:
        why = "it was not recorded" if program is None else program.error or "it changes nothing"
        raise InputError(f"The change of candidate {label} cannot be shown", why, "choose another one")
    bases = bases_as_read(workspace, project, changes, program.code or "")
    pairs = zip(bases, changes, strict=True)
    files = tuple(file_of(workspace, base, change.content) for base, change in pairs)
    return Review(label, program.round, target, files, repository=True, flags=program.flags)


def _changes(program: Attempt | None) -> list[FileChange]:
    from atlas_tui.solver.change.replies import changes_of

    found = changes_of(program.files) if program is not None else ()
    return sorted(found, key=lambda change: change.path)


def to_test(review: Review, project: Project) -> list[FileChange]:
    """What the tests are to be run with: the files as accepting would make them."""
    from atlas_tui.project.base import FileChange

    root = Path(project.root)
    return [
        FileChange(file.base.absolute.relative_to(root).as_posix(), file.new)
        for file in review.judged
        if file.writes
    ]


def refreshed(workspace: Workspace, review: Review) -> Review | None:
    """The same review on the files as they are now; None where one of them has other bytes."""
    files = []
    for file in review.files:
        base = workspace.base(str(file.base.absolute))
        if (base.exists, base.content) != (file.base.exists, file.base.content):
            return None
        files.append(replace(file, base=base))
    return replace(review, files=tuple(files))


def compared(workspace: Workspace, review: Review, other: str, entry_point: str) -> Change:
    """The program of the review against another one, in their target. Raises: InputError."""
    from atlas_tui.workspace.hunks import compare

    if not other:
        raise InputError("There is nothing to compare with", "that program is not there")
    file = review.solution
    left = workspace.place(file.base, other, entry_point, _how(review.whole_file))
    return compare(left, file.change.content(), file.path)


def compared_files(review: Review, project: Project, program: Attempt | None) -> tuple[Change, Sequence[str]]:
    """The file in front against the same one of another change, and which files only the other one changes.

    Raises: InputError.
    """
    from atlas_tui.workspace.hunks import compare

    if program is None:
        raise InputError("There is nothing to compare with", "that change is not there")
    root = Path(project.root)
    others = {root / change.path: change.content for change in _changes(program)}
    mine, file = {each.base.absolute for each in review.files}, review.file
    left = others.get(file.base.absolute, file.base.content) or b""
    only = sorted(path.relative_to(root).as_posix() for path in others if path not in mine)
    return compare(left, file.change.content(), file.path), only
