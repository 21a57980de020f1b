"""``atlas-tui diff`` for a change of a repository: all files, their hunks numbered through."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas_tui.cli import placing_files, recorded
from atlas_tui.cli.diff_shown import print_lines, rows
from atlas_tui.cli.plain import plain
from atlas_tui.project.tally import tally

if TYPE_CHECKING:
    from atlas_tui.cli.placing_files import PlacedFile, PlacedFiles
    from atlas_tui.cli.recorded import Recorded
    from atlas_tui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    candidate: str
    against: str
    hunks: str
    patch: bool
    as_json: bool


def show(workspace: Workspace, known: Recorded, asked: Asked, before: str) -> None:
    """Print what the candidate would change; ``before`` is the name of what it was repaired from.

    Raises: InputError, Refused.
    """
    placed, against = placing_files.place_files(workspace, known, asked.candidate), ""
    if asked.against:
        name = asked.against
        if name == before:
            parent = known.before(placed.attempt)
            name = f"{parent.label}:{parent.ready.round}"
        other = placing_files.place_files(workspace, known, name)
        placed = placing_files.between(placed, other)
        against = f"{other.attempt.label}:{other.attempt.ready.round}"
    placed = placed.with_hunks(asked.hunks)
    changed = [file for file in placed.files if file.writes]
    if asked.as_json:
        told = _as_json(known, placed, changed) | {"against": against}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    elif asked.patch and not sys.stdout.isatty():
        sys.stdout.buffer.write(b"".join(file.unified for file in changed))
    else:
        _print(known, placed, changed, against)


def _print(known: Recorded, placed: PlacedFiles, changed: list[PlacedFile], against: str) -> None:
    sys.stderr.write(plain(_heading(known, placed, changed, against)) + "\n")
    for flag in placed.attempt.ready.flags:
        sys.stderr.write(plain(f"not chosen by itself: {flag}") + "\n")
    ours = {write.path for write in known.written}
    for file in changed:
        if file.moved:
            # It differs from what was read since this very change was written.
            own = f"this session wrote it (`atlas-tui undo {known.id}` takes it back)"
            why = own if file.base.path in ours else file.moved
            sys.stderr.write(plain(f"{file.base.path}: {why}") + "\n")
        print_lines(file.text, file.numbers)


def _heading(known: Recorded, placed: PlacedFiles, changed: list[PlacedFile], against: str) -> str:
    """One line about what is shown."""
    attempt, name = placed.attempt, recorded.name_of(placed.attempt)
    added, removed = (sum(getattr(file.shown, side) for file in changed) for side in ("added", "removed"))
    counts = f"+{added} −{removed}" if changed else "no difference"
    files = "1 file" if len(changed) == 1 else f"{len(changed)} files"
    project = known.problem.project
    tested = tally(project, attempt.runs) if project is not None and attempt.runs else "untested"
    return f"{files}: {name}{f' against {against}' if against else ''}, {counts}; {name} {tested}"


def _as_json(known: Recorded, placed: PlacedFiles, changed: list[PlacedFile]) -> dict[str, Any]:
    """What is shown, with the rows of the diff as they are drawn."""
    return {
        "session": known.id,
        "candidate": placed.attempt.label,
        "round": placed.attempt.ready.round,
        "flags": placed.attempt.ready.flags,
        "hunks": placed.hunks,
        "added": sum(file.shown.added for file in changed),
        "removed": sum(file.shown.removed for file in changed),
        "files": [
            {
                "path": file.base.path,
                "exists": file.base.exists,
                "removed": file.content is None,
                "moved": file.moved,
                "hunks": list(file.numbers),
                "lines": rows(file.shown, file.before),
                "unified": file.text,
            }
            for file in changed
        ],
    }
