"""A recorded program as a change of a file: what ``apply`` writes and ``diff`` shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas_tui.cli.recorded import Recorded
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.solver.board import Attempt
    from atlas_tui.workspace import Base, Change, How, Workspace

_NUMBERS = re.compile(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One program in the file as it is now."""

    attempt: Attempt
    base: Base
    new: bytes
    """With all hunks."""
    change: Change
    moved: str
    """Why the file is not as it was when the run began, or that this is not known; empty when it is."""


def how(whole: bool) -> How:
    """What ``--whole`` means to the workspace."""
    from atlas_tui.workspace import How

    return How.WHOLE if whole else How.AUTO


def place(
    workspace: Workspace, recorded: Recorded, candidate: str, target: str, *, whole: bool = False
) -> Placed:
    """Place a program of the session into its target, or another one. Nothing is written.

    ``whole``: nothing of the file stays.

    Raises:
        InputError: there is no such program, no target is known, or the file cannot be one.
    """
    attempt = recorded.attempt(candidate)
    base = workspace.base(target_of(workspace, recorded, target))
    new = workspace.place(base, attempt.ready.code, recorded.problem.entry_point, how(whole))
    return Placed(
        attempt=attempt,
        base=base,
        new=new,
        change=workspace.change(base, new),
        moved=_moved(recorded, base),
    )


def target_of(workspace: Workspace, recorded: Recorded, named: str) -> str:
    """The file that is named, or that the run was for.

    Raises:
        InputError: there is neither; says which files may be meant. Or the run was in another tree, where the
            same path is another file.
    """
    if named:
        return named
    if recorded.base is not None:
        where = recorded.base.root
        if where not in ("", workspace.root_name):
            why = f"the run was in {where}, and this is {workspace.root_name}"
            raise InputError("The file of the run is not here", why, "go there, or add --target PATH")
        # By its place in the tree: the command may be given in another folder of it than the run.
        return str(workspace.root / recorded.base.path)
    if recorded.target:
        return recorded.target
    proposed = [each.path for each in workspace.propose(recorded.problem.entry_point)][:3]
    todo = f"add --target, such as --target {' or '.join(proposed)}" if proposed else "add --target PATH"
    raise InputError("It is not known which file is meant", "the run was for none", todo)


def _moved(recorded: Recorded, base: Base) -> str:
    was = recorded.base
    if was is None:
        # Recorded without a target, or by an earlier version: only a new file is surely as it was.
        return "how it was when the run began was not recorded" if base.exists and recorded.target else ""
    if (was.path, was.exists, was.sha256) == (base.path, base.exists, base.sha256) or was.path != base.path:
        return ""
    if not base.exists:
        return "it was removed since the run began"
    return "it was changed since the run began" if was.exists else "it was made since the run began"


def taken_of(text: str, change: Change) -> tuple[int, ...] | None:
    """The hunks that ``text`` names (``1,3`` or ``2-4``), in order; None for all of them.

    Raises:
        InputError: it is no list of numbers, or there is no hunk of such a number.
    """
    return numbers_of(text, len(change.hunks))


def numbers_of(text: str, known: int) -> tuple[int, ...] | None:
    """The same of ``known`` hunks. Raises: InputError."""
    if not text.strip():
        return None
    taken = set[int]()
    for part in text.split(","):
        match = _NUMBERS.fullmatch(part)
        first = int(match[1]) if match else 0
        last = int(match[2]) if match and match[2] else first
        if match is None or last < first:
            raise InputError(
                f"--hunks {text} cannot be read", f"{part.strip()!r} is no number", "write it as 1,3 or 2-4"
            )
        if not 1 <= first <= last <= known:
            wrong = first if not 1 <= first <= known else last
            there = f"the change has {known}" if known else "nothing would change"
            raise InputError(f"There is no hunk {wrong}", there, "atlas-tui diff shows their numbers")
        taken |= set(range(first, last + 1))
    return None if len(taken) == known else tuple(sorted(taken))
