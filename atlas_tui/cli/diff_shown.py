"""A difference in lines for people, and as values for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from atlas_tui.cli.plain import plain

if TYPE_CHECKING:
    from atlas_tui.workspace import Diff

_COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}
_HEADS = ("--- ", "+++ ", "diff --git ")


def print_lines(unified: str, numbers: Iterable[int]) -> None:
    """The unified diff with the numbers of its hunks, escaped, in colour on a terminal."""
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    left = iter(numbers)
    for line in unified.removesuffix("\n").split("\n") if unified else ():
        number = next(left, 0) if line.startswith("@@") else 0
        told = plain(line) + (f" hunk {number}" if number else "")
        sys.stdout.write((_coloured(told) if colours else told) + "\n")


def _coloured(line: str) -> str:
    if line.startswith(_HEADS):
        return typer.style(line, bold=True)
    colour = _COLOURS.get(line[:1])
    return typer.style(line, fg=colour) if colour else line


def rows(shown: Diff, before: int = 0) -> list[dict[str, Any]]:
    """The lines as they are drawn, for JSON; ``before`` hunks were counted in other files."""
    return [
        {
            "kind": line.kind,
            "hunk": line.hunk + before if line.hunk else 0,
            "old": line.old_no,
            "new": line.new_no,
            "text": line.text,
        }
        for line in shown.lines
    ]
