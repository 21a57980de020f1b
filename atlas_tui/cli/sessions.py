"""``atlas-tui sessions``: what was run, and every event of it."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from typing import Annotated

import typer

from atlas_tui import events, paths
from atlas_tui.cli.lines import describe
from atlas_tui.cli.plain import plain

sessions = typer.Typer(help="List and show recorded sessions.", no_args_is_help=True)


@sessions.command("list")
def list_sessions(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Recorded sessions, newest first."""
    from atlas_tui.store import Store

    rows = Store(paths.database()).sessions()
    if not rows:
        sys.stderr.write("no sessions yet\n")
    for row in rows:
        if as_json:
            sys.stdout.write(json.dumps(dataclasses.asdict(row)) + "\n")
            continue
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.started))
        sys.stdout.write(
            plain(f"{row.id}  {when}  {row.outcome or 'unfinished':12}  {row.model}  {row.title}") + "\n"
        )


@sessions.command("show")
def show_session(
    session: Annotated[str, typer.Argument(help="Session id, or its unique beginning.")],
    as_json: Annotated[bool, typer.Option("--json", help="Every event as one JSON object a line.")] = False,
) -> None:
    """The events of one session, as they happened."""
    from atlas_tui.store import Store

    store = Store(paths.database())
    for event in store.events(store.find(session)):
        if as_json:
            sys.stdout.write(events.to_json(event) + "\n")
        elif line := describe(event):
            sys.stdout.write(plain(line) + "\n")
        if isinstance(event, events.Chosen) and not as_json:
            sys.stdout.write("\n" + plain(event.code.rstrip("\n")) + "\n\n")
