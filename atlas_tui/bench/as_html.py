"""A report as one HTML file that needs nothing else: styles inside, charts as SVG, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources

from atlas_tui.bench.document import (
    Bar,
    Block,
    Chart,
    Heading,
    Paragraph,
    Points,
    Scatter,
    Table,
    interval,
)
from atlas_tui.bench.svg import css_class, escaped, scatter

_WIDTH, _ROW, _NAMES, _VALUES = 800, 22, 210, 190
"""Of a chart, in CSS pixels: all of it, one row, the room for names and for numbers."""


def html(blocks: Iterable[Block]) -> str:
    """The blocks as one document."""
    parts = list(blocks)
    title = next((block.text for block in parts if isinstance(block, Heading)), "Report")
    style = resources.files("atlas_tui.bench").joinpath("report.css").read_text("utf-8")
    body = "\n".join(_block(block) for block in parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n"
        "</main>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{escaped(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escaped(text)}</p>"
        case Points(items):
            return "<ul>" + "".join(f"<li>{escaped(item)}</li>" for item in items) + "</ul>"
        case Table(head, rows):
            return _table(head, rows)
        case Chart():
            return _chart(block)
        case Scatter():
            return scatter(block)


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    top = "".join(f"<th>{escaped(cell)}</th>" for cell in head)
    lines = ("".join(f"<td>{escaped(cell)}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _chart(chart: Chart) -> str:
    low, high = _range(chart)
    height = _ROW * (len(chart.bars) + 2)
    rows = "".join(row for place, bar in enumerate(chart.bars) for row in _bar(bar, place, low, high, chart))
    axis = "".join(_axis(low, high, len(chart.bars), chart.signed))
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escaped(chart.title)}">'
        f"{axis}{rows}</svg><figcaption>{escaped(chart.title)}</figcaption></figure>"
    )


def _range(chart: Chart) -> tuple[float, float]:
    """What the axis spans: all shares, or as far as a difference goes on either side of 0."""
    if not chart.signed:
        return 0.0, 1.0
    ends = [abs(end) for bar in chart.bars for end in (bar.value.low, bar.value.high, bar.value.value) if end]
    furthest = max([0.05, *(end for end in ends if end == end)])
    return -furthest, furthest


def _x(value: float, low: float, high: float) -> float:
    room = _WIDTH - _NAMES - _VALUES
    return round(_NAMES + room * (min(max(value, low), high) - low) / (high - low), 1)


def _axis(low: float, high: float, rows: int, signed: bool) -> Iterator[str]:
    bottom = _ROW * rows + 4
    for part in range(5):
        value = low + (high - low) * part / 4
        x = _x(value, low, high)
        said = f"{100 * value:+.0f}" if signed else f"{100 * value:.0f} %"
        yield f'<line class="grid" x1="{x}" y1="0" x2="{x}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{x}" y="{bottom + 16}">{said}</text>'


def _bar(bar: Bar, place: int, low: float, high: float, chart: Chart) -> Iterator[str]:
    top, value = _ROW * place, bar.value.value
    middle = top + _ROW / 2
    yield f'<text class="name" x="{_NAMES - 8}" y="{middle + 4}">{escaped(bar.name)}</text>'
    if value != value:
        yield f'<text class="value" x="{_WIDTH - _VALUES + 8}" y="{middle + 4}">unknown</text>'
        return
    start, end = sorted((_x(0.0, low, high), _x(value, low, high)))
    shape = f'x="{start}" y="{top + 4}" width="{max(end - start, 1.0):.1f}" height="{_ROW - 8}"'
    yield f'<rect class="bar {css_class(bar.series)}" {shape}/>'
    if bar.value.low is not None and bar.value.high is not None:
        left, right = _x(bar.value.low, low, high), _x(bar.value.high, low, high)
        ends = f"M{left} {middle - 4}v8M{right} {middle - 4}v8"
        yield f'<path class="whisker" d="M{left} {middle}H{right}{ends}"/>'
    said = f"{100 * value:+.1f}" if chart.signed else f"{100 * value:.1f} %"
    inside = interval(bar.value, signed=chart.signed)
    text = f"{said}  ({inside})" if inside else said
    yield f'<text class="value" x="{_WIDTH - _VALUES + 8}" y="{middle + 4}">{escaped(text)}</text>'
