"""What the ``models`` commands have in common: words for sizes and times, and a line that moves."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

from atlas_tui.cli.plain import plain

if TYPE_CHECKING:
    from atlas_tui.engine.catalog import Source

ON_A_TERMINAL, IN_A_FILE = 0.2, 15.0
"""Seconds between two states of a moving line."""

SPEC = "A name of the catalog, hf:owner/repo:file.gguf, or a path."


def size(count: int | None) -> str:
    """Bytes in words; unknown for None."""
    from atlas_tui.engine import stored

    return "unknown" if count is None else stored.words(count)


def span(seconds: float) -> str:
    """A time in words."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def pulled_source(spec: str, verb: str) -> Source:
    """The pulled model that is meant.

    Raises:
        ModelLoadError: a form that is not known.
        Refused: it is none that was pulled.
    """
    from atlas_tui.engine import catalog
    from atlas_tui.errors import Refused

    source = catalog.source(spec)
    if source is not None:
        return source
    bundled = catalog.named(spec) is not None
    why = "it comes with the program" if bundled else f"{spec} is no pulled model"
    raise Refused(f"This model is not {verb}", why, "see `atlas-tui models list`")


class Line:
    """One line on standard error that is written over; in a file, a line now and then."""

    def __init__(self) -> None:
        self.moving = sys.stderr.isatty()
        self._last = 0.0
        self._open = False

    def show(self, text: str, *, last: bool = False) -> None:
        """Show a state; most are left out, the last is not."""
        now = time.monotonic()
        if not last and now - self._last < (ON_A_TERMINAL if self.moving else IN_A_FILE):
            return
        self._last = now
        text = plain(text)
        if self.moving:
            # A line that wraps could not be written over.
            text = text[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write(f"\r{text}\x1b[K" if self.moving else f"{text}\n")
        self._open = self.moving
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line as it is and go to the next one."""
        if self._open:
            sys.stderr.write("\n")
            self._open = False
