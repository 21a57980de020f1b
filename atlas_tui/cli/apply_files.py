"""``atlas-tui apply`` for a change of a repository: all of its files are written, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from atlas_tui.cli import committing, placing_files
from atlas_tui.cli.asking import sure
from atlas_tui.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atlas_tui.cli.apply import Wanted
    from atlas_tui.cli.placing_files import PlacedFile, PlacedFiles
    from atlas_tui.cli.recorded import Record, Recorded
    from atlas_tui.events import SubsetTested
    from atlas_tui.solver.runtime import Runtime
    from atlas_tui.workspace import Workspace, Write


async def apply_files(runtime: Runtime, known: Recorded, wanted: Wanted, record: Record) -> None:
    """Write the change of the session, or some of its hunks, as ``wanted`` says. Raises: AtlasError."""
    placing_files.about_a_program(target=wanted.target, whole=wanted.whole, tests=wanted.tests)
    placed = placing_files.place_files(runtime.workspace, known, wanted.candidate).with_hunks(wanted.hunks)
    changed = [file for file in placed.files if file.writes]
    writes = [_write(runtime.workspace, known, file, wanted.onto_current) for file in changed]
    _ask(placed, writes, wanted.yes)
    commit = None
    if wanted.commit is not None:
        # Asked and proposed first: once something is written, nothing holds up its commit.
        commit = await committing.prepare(runtime, known.problem, writes, wanted.commit)
    merged = any(file.moved for file in changed)
    if merged or any(file.taken is not None for file in placed.files):
        # A part of a change, or a merge, is another change.
        record(known.id, await _tested(runtime, known, placed, changed, writes))
    applied = runtime.workspace.apply_all(writes, known.id, confirmed=True)
    ready = placed.attempt.ready
    for plain, file in zip(applied, changed, strict=True):
        # Numbers of the file's own hunks; none where all were taken.
        event = replace(plain, hunks=file.taken or (), candidate=ready.candidate, round=ready.round)
        record(known.id, event)
    if commit is not None:
        record(known.id, commit(event.path for event in applied))


def _write(workspace: Workspace, known: Recorded, file: PlacedFile, onto_current: bool) -> Write:
    """The file as it is to be; over what was changed since, where that is asked for and does not conflict.

    Raises: Refused: it moved, and that was not asked for, or both sides changed the same lines.
    """
    from atlas_tui.workspace import Write

    path = file.base.path
    if not file.moved:
        return Write(file.base, file.content)
    if not onto_current:
        ours = [event for event in known.written if event.path == path]
        todo = "look at `atlas-tui diff`, then add --onto-current"
        if ours:
            todo = f"take back what this session wrote (`atlas-tui undo {known.id}`) first"
        raise Refused(f"{path} is not written", file.moved, todo)
    merge = workspace.three_way(file.base, file.content or b"")
    if merge.content is None or file.content is None:
        why = f"{file.moved}, in lines that the change replaces"
        raise Refused(f"{path} is not written", why, "solve the problem again on the tree as it is")
    return Write(workspace.base(str(file.base.absolute)), merge.content)


def _ask(placed: PlacedFiles, writes: Sequence[Write], yes: bool) -> None:
    """Raises: Refused: something needs a yes, and there was none."""
    if not writes:
        raise Refused("Nothing is written", "no hunk that changes a file was named", "name one with --hunks")
    if flags := placed.attempt.ready.flags:
        sure("Nothing is written", f"this candidate is not chosen by itself: {'; '.join(flags)}", yes=yes)
    for write in writes:
        if write.confirm:
            sure(f"{write.base.path} is not written", write.confirm, yes=yes)


async def _tested(
    runtime: Runtime,
    known: Recorded,
    placed: PlacedFiles,
    changed: Sequence[PlacedFile],
    writes: Sequence[Write],
) -> SubsetTested:
    """What the tests of the repository say of what is about to be written."""
    from atlas_tui.project.base import FileChange
    from atlas_tui.solver.change.evidence import project_of

    root, ready = Path(project_of(known.problem).root), placed.attempt.ready
    files = [
        FileChange(file.base.absolute.relative_to(root).as_posix(), write.new)
        for file, write in zip(changed, writes, strict=True)
    ]
    return await runtime.test_files(known.problem, files, ready.candidate, ready.round, placed.taken)
