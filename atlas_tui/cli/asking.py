"""Questions of a command, for a person at a terminal; a script answers them beforehand with ``--yes``."""

from __future__ import annotations

import sys

import typer

from atlas_tui.cli.plain import plain
from atlas_tui.errors import Refused


def agreed(question: str) -> bool:
    """Ask the person; nobody there is no, and so is Ctrl-C or the end of the input."""
    try:
        return sys.stdin.isatty() and typer.confirm(plain(question), err=True)
    except typer.Abort:
        return False


def sure(what: str, why: str, *, yes: bool, flag: str = "--yes") -> None:
    """Go on only with a yes, given by ``flag`` or now.

    Raises:
        Refused: there was none; ``what`` is not done, because of ``why``.
    """
    if not yes and not agreed(f"{why}. Go on?"):
        raise Refused(what, why, f"add {flag} if that is meant")
