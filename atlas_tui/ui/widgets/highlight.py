"""The colours of a change's lines, found in a thread after the lines are drawn; until then they are plain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from atlas_tui.ui.widgets.diff_text import NEW, OLD, Texts

if TYPE_CHECKING:
    from atlas_tui.syntax.coloring import Stretch

CHUNK = 400
"""Lines that are coloured at a time: a few milliseconds, then the screen gets its turn."""

_PYTHON = (".py", ".pyi", ".pyw")


def is_python(path: str, first_line: str) -> bool:
    """Whether a file is Python by its name, or by its first line where the name does not tell."""
    suffix = PurePosixPath(path).suffix
    return suffix in _PYTHON or (not suffix and first_line.startswith("#!") and "python" in first_line)


class Colors:
    """What has been found so far. Filled by one thread, read by another: entries are only ever added."""

    def __init__(self) -> None:
        self._found: tuple[dict[int, tuple[Stretch, ...]], dict[int, tuple[Stretch, ...]]] = ({}, {})

    def of(self, side: int, place: int) -> tuple[Stretch, ...]:
        return self._found[side].get(place, ())

    def add(self, side: int, first: int, lines: Sequence[tuple[Stretch, ...]]) -> None:
        self._found[side].update(enumerate(lines, first))


def find(texts: Texts, colors: Colors, *, start: int, old: bool) -> Iterator[tuple[int, int]]:
    """Fill ``colors`` from line ``start`` on, then from the top; ``old`` is done only where it is shown.

    Gives the side and the first line of each stretch of ``CHUNK`` lines when it is done, so that the caller
    can stop, or draw what is there.
    """
    # Not at the top: the app is to be on the screen before a parser is loaded.
    from atlas_tui.syntax.coloring import MAX_BYTES, Coloring

    for side in (NEW, OLD) if old else (NEW,):
        count = len(texts.raw[side])
        if sum(map(len, texts.raw[side])) > MAX_BYTES:
            continue
        coloring = Coloring([texts.shown(side, place) for place in range(count)])
        begin = min(start, count) // CHUNK * CHUNK
        for first in [*range(begin, count, CHUNK), *range(0, begin, CHUNK)]:
            colors.add(side, first, coloring.stretches(first, first + CHUNK))
            yield side, first
