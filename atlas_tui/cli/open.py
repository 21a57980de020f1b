"""``atlas-tui [PROBLEM]``: the app."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from atlas_tui.cli import exits
from atlas_tui.cli.inputs import load_settings, problem_text
from atlas_tui.errors import InputError


def open_app(
    problem: Annotated[
        str, typer.Argument(help="A problem file, or - for standard input.", show_default=False)
    ] = "",
    model: Annotated[str, typer.Option(help="A GGUF file instead of the configured model.")] = "",
    seed: Annotated[int | None, typer.Option(help="Seed of every draw; 0 takes a new one.")] = None,
) -> None:
    """Open the app (the default when no command is named)."""
    chosen = load_settings(model, seed)
    text = ""
    if problem:
        from atlas_tui.solver.read import read_problem

        # Refused before the screen is taken over, so that the reason stays readable.
        text = read_problem(problem_text(problem), problem).statement
    if problem == "-":
        _keyboard_instead_of_pipe()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            "The app needs a terminal", "standard input or output is not one", "use `atlas-tui solve`"
        )
    from atlas_tui.ui.app import AtlasApp

    app = AtlasApp(chosen, Path.cwd(), text, problem)
    app.run()
    # Textual has shown the traceback of what broke and left a code of its own.
    sys.exit(exits.OUR_FAULT if app.return_code else exits.DONE)


def _keyboard_instead_of_pipe() -> None:
    """After the problem came through standard input, keys are read from the terminal itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise InputError(
            "The app needs a terminal", "there is none to read keys from", "use `atlas-tui solve`"
        ) from error
    os.dup2(terminal, 0)
    os.close(terminal)
