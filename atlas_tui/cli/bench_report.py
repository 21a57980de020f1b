"""``atlas-tui bench report`` and ``compare``: what the records of a run come to."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlas_tui.bench import forms
from atlas_tui.bench.forms import Form
from atlas_tui.cli.plain import plain
from atlas_tui.errors import InputError

if TYPE_CHECKING:
    from atlas_tui.bench.figures import Study
    from atlas_tui.bench.sections import Price

WIDEST = 140
"""Columns of a table in the terminal, however wide it is."""

Run = Annotated[Path, typer.Argument(help="The folder of a run.", show_default=False)]
Into = Annotated[
    Path | None,
    typer.Option("--out", help="A file to write; without it, standard output.", show_default=False),
]
Wanted = Annotated[
    Form | None, typer.Option("--format", help="Without it, by the name of --out, else terminal.")
]


def report(
    run: Run,
    form: Wanted = None,
    out: Into = None,
    price_read: Annotated[
        float | None, typer.Option(min=0, help="Price of a million tokens read.", show_default=False)
    ] = None,
    price_written: Annotated[
        float | None, typer.Option(min=0, help="Price of a million tokens written.", show_default=False)
    ] = None,
    currency: Annotated[str, typer.Option(help="Of the prices.")] = "USD",
    cutoff: Annotated[
        str,
        typer.Option(help="Date at which the model's training data ends: YYYY-MM-DD.", show_default=False),
    ] = "",
) -> None:
    """Tell what a run of the bench came to: rates with intervals, differences, costs, states, caveats.

    Exit codes: 0 done; 2 bad input; 70 our fault.
    """
    study, price = _study(run), _price(price_read, price_written, currency)
    chosen = form or _by_name(out)
    text = forms.report(study, chosen, price, _date(cutoff), columns=_columns())
    _write(text, chosen, out)


def compare(
    run: Run,
    other: Annotated[
        Path | None, typer.Argument(help="The folder of a second run.", show_default=False)
    ] = None,
    published: Annotated[
        str | None,
        typer.Option(
            help="Beside what others reported, instead: those whose set or system has this in its name;"
            ' "" takes all.',
            show_default=False,
        ),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(help="Conditions to compare, as ONE:OTHER; without it, those of one name."),
    ] = None,
    form: Wanted = None,
    out: Into = None,
) -> None:
    """Hold two runs against each other, or a run against published rows.

    It is called no controlled comparison unless the problems, their tests, the rules and k are equal. Exit
    codes: 0 done; 2 bad input; 70 our fault.
    """
    from atlas_tui.bench.compare import against_published, comparison

    if (other is None) is (published is None):
        raise InputError("Nothing to compare with", "", "name a second run, or give --published")
    chosen = form or _by_name(out)
    if chosen is Form.JSON:
        raise InputError("A comparison has no JSON form", "", "take `bench report --format json` of each run")
    if other is not None:
        blocks = comparison(_study(run), _study(other), [_pair(one) for one in pair or ()])
    else:
        blocks = against_published(_study(run), published or "")
    _write(forms.drawn(blocks, chosen, columns=_columns()), chosen, out)


def _study(path: Path) -> Study:
    from atlas_tui.bench.figures import Study
    from atlas_tui.bench.folder import RunFolder

    folder = RunFolder.open(path.expanduser())
    for sentence in folder.told:
        sys.stderr.write(plain(sentence) + "\n")
    study = Study.of(folder.header, folder.records(), folder.sittings())
    if not study.figures:
        raise InputError(f"{path} has no records yet", "no problem is done", "run it first")
    return study


def _columns() -> int:
    return min(WIDEST, shutil.get_terminal_size((100, 24)).columns)


def _write(text: str, form: Form, out: Path | None) -> None:
    """Raises: InputError."""
    text = plain(text) if form is Form.TERMINAL else text
    if out is None:
        sys.stdout.write(text)
        return
    from atlas_tui.store import saving

    saving.write(out.expanduser(), text, replace=True)


def _by_name(out: Path | None) -> Form:
    return forms.ENDS.get(out.suffix, Form.TERMINAL) if out else Form.TERMINAL


def _price(read: float | None, written: float | None, currency: str) -> Price | None:
    from atlas_tui.bench.sections import Price

    if read is None and written is None:
        return None
    if read is None or written is None:
        raise InputError("One of two prices is missing", "", "give --price-read and --price-written")
    return Price(read, written, currency)


def _date(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise InputError(f"--cutoff is no date: {text}", "", "write YYYY-MM-DD") from error


def _pair(text: str) -> tuple[str, str]:
    one, colon, other = text.partition(":")
    if not (one and colon and other):
        raise InputError(f"--pair is no pair: {text}", "", "write ONE:OTHER, such as B:E")
    return one, other
