"""``atlas-tui lens data``: what the lens learns from."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui import paths
from atlas_tui.cli.asking import sure
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.store import Labels, Which
    from atlas_tui.store.labels import Count

data = typer.Typer(help="Show, export, import and delete what the lens learns from.")

Source = Annotated[
    str,
    typer.Option(
        help="Only of this source: samples, tests, accepted, overridden, undone, failed later or bench."
    ),
]
Model = Annotated[str, typer.Option(help="Only of the model whose fingerprint begins like this.")]
Domain = Annotated[str, typer.Option(help="Only of this problem set, or of program or function.")]
Problem = Annotated[str, typer.Option(help="Only of the problem whose id begins like this.")]
Before = Annotated[str, typer.Option(help="Only those older than this day, as YYYY-MM-DD.")]
_LABELS = ("label", "labels")


@data.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """How many labels there are, by model, source and domain; what the sessions tell is taken in first."""
    if context.invoked_subcommand is not None:
        return
    labels = open_labels()
    rows = labels.counts()
    if not rows:
        sys.stderr.write("no labels yet\n")
    for row in rows:
        line = json.dumps(dataclasses.asdict(row)) if as_json else plain(_words(row))
        sys.stdout.write(line + "\n")


def _words(row: Count) -> str:
    rights = f"{row.right} right, {row.labels - row.right} wrong"
    of = f"{row.problems} problem{'' if row.problems == 1 else 's'}"
    return (
        f"{row.model[:12]:12}  {row.source:12}  {row.domain:14}  {count(row.labels)}, {rights}, "
        f"of {of}, {row.embedded} with an embedding; prompts {row.prompts[:8]}"
    )


@data.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="File to write; - prints.", show_default=False)],
    source: Source = "",
    model: Model = "",
    domain: Domain = "",
    problem: Problem = "",
    before: Before = "",
    force: Annotated[bool, typer.Option("--force", help="Also where the file exists.")] = False,
) -> None:
    """Write labels as JSON lines.

    Exit codes: 0 done; 2 bad input; 70 our fault.
    """
    from atlas_tui.store.saving import write

    text = "".join(open_labels().export(_which(source, model, domain, problem, before)))
    if str(file) == "-":
        sys.stdout.write(text)
        return
    write(file.expanduser(), text, replace=force)
    sys.stderr.write(plain(f"{count(text.count(chr(10)))} written to {file}") + "\n")


@data.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="File that export wrote.", show_default=False)],
) -> None:
    """Take in labels from JSON lines, all of them or none; of a program that is known, they replace what was.

    Exit codes: 0 done; 2 bad input; 70 our fault.
    """
    try:
        with file.expanduser().open("rb") as lines:
            fresh = open_labels().take_in(lines)
    except OSError as error:
        raise InputError(
            f"{file} cannot be read", error.strerror or str(error), "name a file that exists"
        ) from error
    sys.stderr.write(f"{count(fresh)} new\n")


@data.command("delete")
def delete(
    source: Source = "",
    model: Model = "",
    domain: Domain = "",
    problem: Problem = "",
    before: Before = "",
    everything: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Say yes to what would be asked.")] = False,
) -> None:
    """Forget labels. A lens that learned from them stays as it is until it is trained again.

    Exit codes: 0 done; 2 bad input; 5 refused; 70 our fault.
    """
    which = _which(source, model, domain, problem, before)
    if which.everything and not everything:
        raise InputError("No label is deleted", "it is not said which", "name some, or add --all")
    labels = open_labels()
    number = sum(row.labels for row in labels.counts(which))
    sure("No label is deleted", f"{count(number)} will be forgotten", yes=yes)
    sys.stderr.write(f"{count(labels.delete(which))} deleted\n")


def open_labels() -> Labels:
    """The labels, with what the sessions tell; unless the settings do not want it."""
    from atlas_tui.cli.inputs import load_settings
    from atlas_tui.lens.gathering import gather
    from atlas_tui.store import Labels, Store

    labels = Labels(paths.labels())
    if load_settings().lens.enabled and paths.database().exists():
        store = Store(paths.database())
        try:
            gather(store, labels)
        finally:
            store.close()
    return labels


def count(number: int) -> str:
    """``1 label``, ``2 labels``."""
    return f"{number} {_LABELS[number != 1]}"


def _which(source: str, model: str, domain: str, problem: str, before: str) -> Which:
    """Raises: InputError: there is no such source or day."""
    from atlas_tui.store import Source as Sources, Which

    if source and source not in set(Sources):
        raise InputError(f"There is no source {source!r}", "", f"choose from {', '.join(Sources)}")
    try:
        day = datetime.fromisoformat(before).timestamp() if before else None
    except ValueError as error:
        raise InputError(f"--before is no day: {before}", "", "write YYYY-MM-DD") from error
    return Which(source=source, model=model, domain=domain, problem=problem, before=day)
