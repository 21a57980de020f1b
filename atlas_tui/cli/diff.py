"""``atlas-tui diff``: what a recorded candidate would change."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlas_tui import paths
from atlas_tui.cli import diff_files, placing, recorded
from atlas_tui.cli.diff_files import Asked
from atlas_tui.cli.diff_shown import print_lines, rows
from atlas_tui.cli.placing_files import about_a_program
from atlas_tui.cli.plain import plain

if TYPE_CHECKING:
    from atlas_tui.cli.placing import Placed
    from atlas_tui.cli.recorded import Recorded
    from atlas_tui.workspace import Change, Diff, Workspace

BEFORE = "before"
"""What a repaired candidate is compared with by this name: the program it was made from."""

Session = Annotated[
    str, typer.Argument(help="Session id, its unique beginning, or last.", show_default=False)
]
Candidate = Annotated[str, typer.Option(help="A for its standing program, A:1 for a round; else the choice.")]
Target = Annotated[str, typer.Option(help="File in the working tree, where it is not the run's.")]
Whole = Annotated[bool, typer.Option("--whole", help="Replace all of the file, not only what it defines.")]
Hunks = Annotated[str, typer.Option(help="Numbers such as 1,3 or 2-4, through all files; all when left out.")]


def diff(
    session: Session,
    candidate: Candidate = "",
    against: Annotated[
        str, typer.Option(help="Another candidate, or before (its repair), instead of the file as it is.")
    ] = "",
    target: Target = "",
    hunks: Hunks = "",
    whole: Whole = False,
    patch: Annotated[bool, typer.Option("--patch", help="Print exact bytes, for git apply.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show what a candidate would change in its target file, or in a repository; nothing is written.

    Exit codes: 0 shown; 2 bad input; 5 refused; 70 our fault.
    """
    from atlas_tui.store import Store
    from atlas_tui.workspace import Workspace
    from atlas_tui.workspace.diff import diff_of, patch as patch_of

    workspace, store = Workspace.open(Path.cwd()), Store(paths.database())
    known = recorded.read(store, session)
    if known.problem.project is not None:
        about_a_program(target=target, whole=whole)
        diff_files.show(workspace, known, Asked(candidate, against, hunks, patch, as_json), BEFORE)
        return
    placed = placing.place(workspace, known, candidate, target, whole=whole)
    change, against_name = _against(workspace, known, placed, against, whole)
    taken = placing.taken_of(hunks, change)
    shown = diff_of(change, taken)
    if as_json:
        told = _as_json(known, placed, change, shown) | {"against": against_name}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    elif patch and not sys.stdout.isatty():
        sys.stdout.buffer.write(patch_of(change, taken))
    else:
        sys.stderr.write(plain(_heading(known, placed, shown, against_name)) + "\n")
        print_lines(shown.unified, sorted(change.checked(taken)))


def _against(
    workspace: Workspace, known: Recorded, placed: Placed, name: str, whole: bool
) -> tuple[Change, str]:
    """The change from what ``name`` says, and that in words. Raises: InputError."""
    if not name:
        return placed.change, ""
    from atlas_tui.workspace.hunks import compare

    other = known.before(placed.attempt) if name == BEFORE else known.attempt(name)
    how = placing.how(whole)
    old = workspace.place(placed.base, other.ready.code, known.problem.entry_point, how)
    return compare(old, placed.new, placed.base.path), f"{other.label}:{other.ready.round}"


def _heading(known: Recorded, placed: Placed, shown: Diff, against: str) -> str:
    """One line about what is shown, for standard error."""
    path, name = placed.base.path, recorded.name_of(placed.attempt)
    counts = f"+{shown.added} −{shown.removed}" if shown.lines else "no difference"
    passed = f"{placed.attempt.passed} of {len(known.problem.samples)} samples" if placed.attempt.runs else ""
    tested = f"passes {passed}" if passed else "untested"
    moved = f"; {placed.moved}" if placed.moved else ""
    return f"{path}: {name}{f' against {against}' if against else ''}, {counts}; {name} {tested}{moved}"


def _as_json(known: Recorded, placed: Placed, change: Change, shown: Diff) -> dict[str, Any]:
    """What is shown, with the rows of the diff as they are drawn."""
    return {
        "session": known.id,
        "candidate": placed.attempt.label,
        "round": placed.attempt.ready.round,
        "path": placed.base.path,
        "exists": placed.base.exists,
        "moved": placed.moved,
        "hunks": len(change.hunks),
        "added": shown.added,
        "removed": shown.removed,
        "lines": rows(shown),
        "unified": shown.unified,
    }
