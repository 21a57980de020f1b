"""``atlas-tui apply``: write a recorded candidate, or some of its hunks, into the working tree."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui.cli import committing, placing, recorded
from atlas_tui.cli.apply_files import apply_files
from atlas_tui.cli.asking import sure
from atlas_tui.cli.diff import Candidate, Hunks, Session, Target, Whole
from atlas_tui.cli.inputs import load_settings
from atlas_tui.cli.recorded import tell_recovered
from atlas_tui.errors import InputError, Refused

if TYPE_CHECKING:
    from atlas_tui.cli.placing import Placed
    from atlas_tui.cli.recorded import Record, Recorded
    from atlas_tui.events import Applied
    from atlas_tui.solver.runtime import Runtime
    from atlas_tui.workspace import Write


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    session: str
    candidate: str
    hunks: str
    target: str
    whole: bool
    tests: bool
    onto_current: bool
    yes: bool
    commit: committing.Wanted | None
    as_json: bool


Tests = Annotated[
    bool, typer.Option("--tests", help="Write a test file as well, from samples and trusted self-tests.")
]
Onto = Annotated[
    bool, typer.Option("--onto-current", help="Also where the file changed since the run began.")
]
Commit = Annotated[
    bool, typer.Option("--commit", help="Commit what was written, and nothing else; hooks run.")
]
Message = Annotated[
    str, typer.Option("--message", "-m", help="The commit's message; else the model proposes one.")
]
Branch = Annotated[str, typer.Option(help="Commit on a new branch of this name.")]
Trailer = Annotated[str, typer.Option(help="A last line of the message, such as 'Reviewed-by: …'.")]
Yes = Annotated[bool, typer.Option("--yes", help="Say yes to what would be asked.")]
Trust = Annotated[bool, typer.Option("--trust", help="Let the repository's own settings run their programs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print every event as one JSON object a line.")]


def apply(
    session: Session,
    candidate: Candidate = "",
    hunks: Hunks = "",
    target: Target = "",
    whole: Whole = False,
    tests: Tests = False,
    onto_current: Onto = False,
    commit: Commit = False,
    message: Message = "",
    branch: Branch = "",
    trailer: Trailer = "",
    yes: Yes = False,
    trust: Trust = False,
    as_json: AsJson = False,
) -> None:
    """Write a candidate of a recorded session into its target; the chosen one when none is named.

    Some hunks alone are run on the samples again first, and what comes of it is told. `undo` takes all back.
    Of a change of a repository all files are written, or none; their hunks are numbered through.

    Exit codes: 0 written; 2 bad input; 5 refused; 70 our fault; 130 cancelled. When only the commit is
    refused, the file stays written.
    """
    if not commit and (message or branch or trailer):
        raise InputError("Nothing would be committed", "--commit is missing", "add --commit")
    making = committing.Wanted(message, branch, trailer, yes, trust) if commit else None
    wanted = Wanted(session, candidate, hunks, target, whole, tests, onto_current, yes, making, as_json)
    asyncio.run(_apply(wanted))


async def _apply(wanted: Wanted) -> None:
    from atlas_tui.solver.runtime import Runtime

    runtime = Runtime(load_settings(), Path.cwd())
    tell_recovered(runtime.workspace)
    try:
        known = recorded.read(runtime.store, wanted.session)
        record = recorded.Record(runtime.store, wanted.as_json)
        if known.problem.project is not None:
            await apply_files(runtime, known, wanted, record)
            return
        placed = placing.place(runtime.workspace, known, wanted.candidate, wanted.target, whole=wanted.whole)
        _check_moved(known, placed, wanted.onto_current)
        taken = placing.taken_of(wanted.hunks, placed.change)
        writes = _writes(runtime, known, placed, taken, wanted.tests)
        _ask(writes, wanted.yes)
        commit = None
        if wanted.commit is not None:
            # Asked, tested and proposed first: once something is written, nothing holds up its commit.
            commit = await committing.prepare(runtime, known.problem, writes, wanted.commit)
        if taken is not None:
            await _test(runtime, known, placed, taken, record)
        applied = _write(runtime, known, placed, writes, taken, record)
        if commit is not None:
            record(known.id, commit(event.path for event in applied))
    finally:
        await runtime.close()


def _check_moved(known: Recorded, placed: Placed, onto_current: bool) -> None:
    """Raises: Refused: the file is not as the run found it, and that was not asked for."""
    if not placed.moved or onto_current:
        return
    path, ours = placed.base.path, [event for event in known.written if event.path == placed.base.path]
    todo = "look at `atlas-tui diff`, then add --onto-current"
    if ours:
        todo = f"take back what this session wrote (`atlas-tui undo {known.id}`), or add --onto-current"
    raise Refused(f"{path} is not written", placed.moved, todo)


def _writes(
    runtime: Runtime, known: Recorded, placed: Placed, taken: Sequence[int] | None, tests: bool
) -> list[Write]:
    """The target with these hunks, and the test file where one is wanted. Raises: InputError."""
    from atlas_tui.workspace import Write

    writes = [Write(placed.base, placed.change.content(taken))]
    if tests:
        written = known.board.tests.tests if known.board.tests else ()
        made = runtime.workspace.test_file(known.problem, placed.base.path, written, writes[0].new or b"")
        if made is None:
            raise InputError(
                "There is no test file to write",
                "there are no samples and no trusted self-tests",
                "leave --tests out",
            )
        path, content = made
        writes.append(Write(runtime.workspace.base(path), content))
    return writes


def _ask(writes: Sequence[Write], yes: bool) -> None:
    """Raises: Refused: a file needs a yes, and there was none."""
    for write in writes:
        if write.base.confirm:
            sure(f"{write.base.path} is not written", write.base.confirm, yes=yes)


async def _test(
    runtime: Runtime, known: Recorded, placed: Placed, taken: Sequence[int], record: Record
) -> None:
    """Run the samples on what is about to be written: a part of a program is another program."""
    ready, content = placed.attempt.ready, placed.change.content(taken)
    record(
        known.id,
        await runtime.test_content(known.problem, content, ready.candidate, ready.round, taken),
    )


def _write(
    runtime: Runtime,
    known: Recorded,
    placed: Placed,
    writes: Sequence[Write],
    taken: Sequence[int] | None,
    record: Record,
) -> list[Applied]:
    """Write all or nothing. Raises: Refused."""
    # The person was asked wherever a file wants it.
    applied = list(runtime.workspace.apply_all(writes, known.id, confirmed=True))
    target, ready = writes[0].base.path, placed.attempt.ready
    for place, plain in enumerate(applied):
        hunks = tuple(taken) if taken is not None and plain.path == target else plain.hunks
        event = replace(plain, hunks=hunks, candidate=ready.candidate, round=ready.round)
        applied[place] = event
        record(known.id, event)
    return applied
