"""``atlas-tui [PROBLEM]``: the app."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from atlas_tui import paths
from atlas_tui.cli import exits
from atlas_tui.cli.inputs import load_settings, problem_text
from atlas_tui.errors import InputError
from atlas_tui.settings import Settings


def open_app(
    problem: Annotated[
        str, typer.Argument(help="A problem file, or - for standard input.", show_default=False)
    ] = "",
    model: Annotated[str, typer.Option(help="A GGUF file instead of the configured model.")] = "",
    seed: Annotated[int | None, typer.Option(help="Seed of every draw; 0 takes a new one.")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="No screen: solve the problem, and tell it line by line.")
    ] = False,
) -> None:
    """Open the app (the default when no command is named)."""
    chosen = load_settings(model, seed)
    if plain:
        _solve_plainly(chosen, problem)
    text = ""
    if problem:
        from atlas_tui.solver.read import read_problem

        # Refused before the screen is taken over, so that the reason stays readable.
        text = read_problem(problem_text(problem), problem).statement
    if problem == "-":
        _keyboard_instead_of_pipe()
    if not (_served() or (sys.stdin.isatty() and sys.stdout.isatty())):
        raise InputError(
            "The app needs a terminal",
            "standard input or output is not one",
            "use --plain, or `atlas-tui solve`",
        )
    from atlas_tui.ui.app import AtlasApp

    app = AtlasApp(chosen, Path.cwd(), text, problem, first=not problem and _first_start(chosen))
    app.run(mouse=chosen.ui.mouse)
    # Textual has shown the traceback of what broke and left a code of its own.
    sys.exit(exits.OUR_FAULT if app.return_code else exits.DONE)


def _solve_plainly(chosen: Settings, problem: str) -> NoReturn:
    """The transcript alone: every line is said once, in order, and nothing on the screen moves."""
    if not problem:
        raise InputError(
            "There is no problem to solve",
            "--plain has no screen to type one on",
            "name a file, or - for standard input",
        )
    from atlas_tui.cli.solve import Wanted, run_to_end

    run_to_end(chosen, problem, Wanted(target="", apply=False, whole=False, as_json=False))


def _served() -> bool:
    """The screen is somewhere else: `atlas-tui serve` sends it to a browser."""
    return bool(os.environ.get("TEXTUAL_DRIVER"))


def _first_start(chosen: Settings) -> bool:
    """Nothing was set, run or recorded here yet. Who names a model by a variable has chosen already."""
    fresh = not paths.config_file().exists() and not paths.database().exists()
    return fresh and not chosen.model.path and not chosen.remote.base_url


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
