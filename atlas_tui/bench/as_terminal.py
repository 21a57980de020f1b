"""A report for the terminal: tables in columns, charts by plotext."""

from __future__ import annotations

import importlib
import itertools
import textwrap
from collections.abc import Iterable, Iterator

from atlas_tui.bench.document import Block, Chart, Heading, Paragraph, Points, Scatter, Table, one_line

WIDTH = 100
"""Columns, where the terminal does not say."""


def terminal(blocks: Iterable[Block], width: int = WIDTH) -> str:
    """The blocks as lines of plain text; a table that is too wide is told row by row."""
    return "\n".join(line for block in blocks for line in (*_block(block, width), "")) + "\n"


def _block(block: Block, width: int) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield from _wrapped(text, width)
            yield ("=" if level == 1 else "-") * min(len(text), width)
        case Paragraph(text):
            yield from _wrapped(text, width)
        case Points(items):
            for item in items:
                yield from _wrapped(item, width, "- ")
        case Table(head, rows):
            yield from _table(head, rows, width)
        case Chart():
            yield from _chart(block, width)
        case Scatter(title):
            yield from _wrapped(f"{title}: a picture of the HTML report (--out report.html)", width)


def _wrapped(text: str, width: int, mark: str = "") -> list[str]:
    return textwrap.wrap(
        one_line(text),
        max(width, 1),
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_on_hyphens=False,
    )


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], width: int) -> Iterator[str]:
    """Columns, their cells broken where the room is short; row by row where even words do not fit."""
    columns = list(zip(head, *rows, strict=True))
    least = [max((len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    sizes = [max(len(cell) for cell in column) for column in columns]
    while sum(sizes) + 2 * (len(sizes) - 1) > width:
        room = max(size - low for size, low in zip(sizes, least, strict=True))
        if room == 0:
            yield from _row_by_row(head, rows, width)
            return
        widest = max((size, place) for place, size in enumerate(sizes) if size > least[place])[1]
        sizes[widest] -= 1
    for row in (head, tuple("─" * size for size in sizes), *rows):
        cells = [_wrapped(cell, size) for cell, size in zip(row, sizes, strict=True)]
        for line in itertools.zip_longest(*cells, fillvalue=""):
            yield "  ".join(part.ljust(size) for part, size in zip(line, sizes, strict=True)).rstrip()


def _row_by_row(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], width: int) -> Iterator[str]:
    for row in rows:
        yield row[0]
        for name, cell in zip(head[1:], row[1:], strict=True):
            yield from _wrapped(f"{name}: {cell}", width - 4, "    ")


def _chart(chart: Chart, width: int) -> Iterator[str]:
    """Bars on one scale; the numbers and their intervals stand in the tables."""
    try:
        plotext = importlib.import_module("plotext")  # comes with the extra of the bench
    except ImportError:
        yield f"{chart.title}: drawn where plotext is installed (pip install 'atlas-tui[bench]')"
        return
    known = [bar for bar in reversed(chart.bars) if bar.value.value == bar.value.value]
    if not known:
        return
    values = [100 * bar.value.value for bar in known]
    furthest = max(5.0, *(abs(value) for value in values)) if chart.signed else 100.0
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.title(chart.title)
    figure.plot_size(width, len(known) + 4)
    figure.ruler("x").lim(-furthest if chart.signed else 0, furthest)
    figure.draw(figure.bar([bar.name for bar in known], values, orientation="horizontal", width=0.01))
    yield from (line.rstrip() for line in plotext.uncolorize(str(figure.build())).split("\n"))
