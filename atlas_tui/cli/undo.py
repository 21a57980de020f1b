"""``atlas-tui undo``: take the last written solution back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from atlas_tui import events
from atlas_tui.cli.plain import plain


def undo(
    entry: Annotated[
        str, typer.Argument(help="Journal entry; the latest of this folder when left out.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the event as JSON.")] = False,
) -> None:
    """Restore the bytes from before a solution was written; refused when the file has changed since."""
    from atlas_tui.workspace import Workspace

    undone = Workspace.open(Path.cwd()).undo(entry or None)
    sys.stdout.write((events.to_json(undone) if as_json else plain(f"restored {undone.path}")) + "\n")
