"""``atlas-tui sessions``: what was run, and every event of it."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui import events, paths
from atlas_tui.cli.asking import sure
from atlas_tui.cli.plain import plain
from atlas_tui.cli.recorded import find_session
from atlas_tui.cli.telling import Telling
from atlas_tui.errors import AtlasError, InputError

if TYPE_CHECKING:
    from atlas_tui.store import Store

sessions = typer.Typer(help="List, show, export and delete recorded sessions.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Session id, its unique beginning, or last.")]


class Format(StrEnum):
    """What a session is exported as."""

    MARKDOWN = "md"
    JSON_LINES = "jsonl"
    PICTURE = "svg"


@sessions.command("list")
def list_sessions(
    search: Annotated[str, typer.Option(help="Only those with these words in problem, model or id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Recorded sessions, newest first."""
    from atlas_tui.store import Store

    rows = Store(paths.database()).search(search)
    if not rows:
        sys.stderr.write("no session matches\n" if search else "no sessions yet\n")
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
    session: Name,
    as_json: Annotated[bool, typer.Option("--json", help="Every event as one JSON object a line.")] = False,
) -> None:
    """The events of one session, as they happened."""
    from atlas_tui.store import Store

    store, telling = Store(paths.database()), Telling()
    for event in store.events(find_session(store, session)):
        if as_json:
            sys.stdout.write(events.to_json(event) + "\n")
        elif line := telling.line(event):
            sys.stdout.write(plain(line) + "\n")
        if isinstance(event, events.Chosen) and not as_json:
            sys.stdout.write("\n" + plain(event.code.rstrip("\n")) + "\n\n")


@sessions.command("export")
def export_session(
    session: Name,
    file: Annotated[
        str,
        typer.Argument(help="File to write, ending in .md, .jsonl or .svg; - prints.", show_default=False),
    ] = "-",
    form: Annotated[
        Format | None, typer.Option("--format", help="Instead of what the end of the name says.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Also where the file exists.")] = False,
) -> None:
    """Write a session as Markdown, as JSON lines or, as it is on the run screen, as a picture.

    Exit codes: 0 done; 2 bad input; 70 our fault.
    """
    from atlas_tui.store import Store, export, saving

    store, path = Store(paths.database()), Path(file)
    name, chosen = find_session(store, session), form or _format_of(file)
    if file != "-" and not force:
        saving.refuse_existing(path, "choose another name, or add --force")
    if chosen is Format.PICTURE:
        _picture(store, name, file)
        return
    seen = store.events(name)
    text = export.json_lines(seen) if chosen is Format.JSON_LINES else export.markdown(seen)
    if file != "-":
        saving.write(path, text, replace=force)
    elif sys.stdout.isatty():
        sys.stdout.write(plain(text))
    else:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def _format_of(file: str) -> Format:
    """Raises: InputError: the name says none."""
    from atlas_tui.store import saving

    if file == "-":
        return Format.MARKDOWN
    return Format(saving.end_of(Path(file), [f".{each}" for each in Format]).removeprefix("."))


def _picture(store: Store, session: str, file: str) -> None:
    """Drawn by the app in a process of its own. Raises: InputError; AtlasError."""
    if file == "-":
        raise InputError("The picture is not written", "no file is named", "name one that ends in .svg")
    command = [sys.executable, "-m", "atlas_tui.ui.shot", session, file, "--database", str(store.path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
        raise AtlasError("The picture is not written", lines[-1], "check the path, or export it as .md")


@sessions.command("delete")
def delete_session(
    session: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Say yes to what would be asked.")] = False,
) -> None:
    """Forget a session and all its events. What it wrote into files stays, and can still be undone.

    Exit codes: 0 done; 2 bad input; 5 refused; 70 our fault.
    """
    from atlas_tui.store import Store

    store = Store(paths.database())
    name = find_session(store, session)
    title = next((each.title for each in store.sessions() if each.id == name), "")
    sure(f"Session {name} is not deleted", f"{title or name} and all its events will be forgotten", yes=yes)
    store.delete(name)
    sys.stderr.write(plain(f"session {name} is deleted") + "\n")
