"""``atlas-tui redo``: write again what was undone."""

from __future__ import annotations

from atlas_tui.cli import recorded
from atlas_tui.cli.undo import AsJson, What, opened, which


def redo(session: What = "", as_json: AsJson = False) -> None:
    """Write again what was undone last; refused where the file is no longer as the undo left it.

    Exit codes: 0 done; 2 bad input; 5 refused, with nothing changed; 70 our fault.
    """
    workspace, store = opened()
    entry, owner = which(workspace, store, session)
    record = recorded.Record(store, as_json)
    for event in workspace.redo(entry, session=owner):
        record(workspace.session_of(event.entry) or owner, event)
