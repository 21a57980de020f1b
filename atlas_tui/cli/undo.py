"""``atlas-tui undo``: take back what was written, exactly; or a commit of it, by another one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui import paths
from atlas_tui.cli import ending, recorded
from atlas_tui.cli.plain import plain
from atlas_tui.errors import AtlasError, Refused

if TYPE_CHECKING:
    from atlas_tui.store import Store
    from atlas_tui.workspace import Workspace

What = Annotated[
    str,
    typer.Argument(
        help="Session id, its unique beginning, last, or a journal entry; else the latest here.",
        metavar="[SESSION]",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print every event as one JSON object a line.")]


def undo(
    session: What = "",
    patch: Annotated[
        bool, typer.Option("--patch", help="Write nothing; print a patch for git apply that takes it back.")
    ] = False,
    revert: Annotated[
        bool, typer.Option("--revert", help="Take the session's last commit back by a new commit.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Restore the bytes from before the last write; refused where the file is no longer as it was written.

    What was written at once is taken back at once. HEAD and the index stay as they are.

    Exit codes: 0 done; 2 bad input; 5 refused, with nothing changed; 70 our fault.
    """
    workspace, store = opened()
    if revert:
        _revert(workspace, store, session, recorded.Record(store, as_json))
        return
    entry, owner = which(workspace, store, session)
    if patch:
        text = workspace.reverse_patch(entry or _last_entry(store, owner))
        # For git apply it must be exact; for a terminal it must be harmless.
        if sys.stdout.isatty():
            sys.stdout.write(plain(text))
        else:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        return
    record = recorded.Record(store, as_json)
    try:
        undone = workspace.undo(entry, session=owner)
    except Refused as error:
        raise _with_offer(error, workspace, entry or _last_entry(store, owner), session) from error
    for event in undone:
        record(workspace.session_of(event.entry) or owner, event)
    _tell_commits(workspace, [event.entry for event in undone])


def _with_offer(error: Refused, workspace: Workspace, entry: str | None, name: str) -> Refused:
    """The refusal, with the patch as the way out where there is one."""
    try:
        workspace.reverse_patch(entry)
    except AtlasError:
        return error
    command = " ".join(["atlas-tui undo", *([name] if name else []), "--patch"])
    return Refused(error.what, error.why, f"`{command}` prints what would take it back")


def opened() -> tuple[Workspace, Store]:
    """The tree around the current folder, and all sessions; what a killed app left half done is told."""
    from atlas_tui.store import Store
    from atlas_tui.workspace import Workspace

    workspace = Workspace.open(Path.cwd())
    recorded.tell_recovered(workspace)
    return workspace, Store(paths.database())


def which(workspace: Workspace, store: Store, name: str) -> tuple[str | None, str]:
    """The journal entry or the session that is named; neither for the latest write of this tree.

    Raises:
        InputError: it is neither, or no unique beginning of a session's id.
    """
    if not name:
        return None, ""
    if workspace.session_of(name) is not None:
        return name, ""
    return None, recorded.find_session(store, name)


def _last_entry(store: Store, session: str) -> str | None:
    """The last write of a session that still stands; None without a session: the latest of the tree."""
    if not session:
        return None
    written = recorded.standing(store.events(session))
    if not written:
        raise Refused("There is nothing to undo", f"session {session} has nothing written that is left")
    return written[-1].entry


def _revert(workspace: Workspace, store: Store, name: str, record: recorded.Record) -> None:
    """Raises: Refused: nothing of it was committed, or git refuses."""
    entry, session = which(workspace, store, name or recorded.LAST)
    entries = [entry] if entry else [event.entry for event in recorded.applied(store.events(session))]
    for each in reversed(entries):
        if found := workspace.commit_of(each):
            with ending.in_order():
                reverted = workspace.revert(*found)
            record(workspace.session_of(each) or session, reverted)
            return
    raise Refused("There is nothing to revert", f"nothing that {name or recorded.LAST} wrote is in a commit")


def _tell_commits(workspace: Workspace, entries: Iterable[str]) -> None:
    """A commit outlives the undo of its files: say what would take it back too."""
    found = {entry: made for entry in entries if (made := workspace.commit_of(entry))}
    for commit, entry in {made[0]: entry for entry, made in found.items()}.items():
        todo = f"`atlas-tui undo {entry} --revert` takes it back by a new one"
        sys.stderr.write(f"its commit {commit[:12]} stays: {todo}\n")
