"""Pieces of SVG and HTML: text that stays text, and points on a plane."""

from __future__ import annotations

import html as markup
from collections.abc import Iterator

from atlas_tui.bench.document import Dot, Scatter, one_line

_WIDTH, _HEIGHT, _LEGEND = 800, 400, 28
"""Of a scatter, in CSS pixels: its plane, and the line below that tells what the dots mean."""
_SIZE = 4.0


def escaped(text: str) -> str:
    """Text from anywhere, on one line and never markup."""
    return markup.escape(one_line(text))


def css_class(series: str) -> str:
    """A name for the style sheet."""
    return "".join(sign if sign.isalnum() else "-" for sign in series) or "plain"


def scatter(block: Scatter) -> str:
    """The points as a figure: wrong ones are crosses, so that colour alone tells nothing."""
    parts = [*_ground(block), *(_dot(dot, *_at(dot, block.edges)) for dot in block.dots), *_legend(block)]
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT + _LEGEND}" role="img"'
        f' aria-label="{escaped(block.title)}">{"".join(parts)}</svg>'
        f"<figcaption>{escaped(block.title)}</figcaption></figure>"
    )


def _ground(block: Scatter) -> Iterator[str]:
    """Cells; the lowest number has the most colour."""
    yield f'<rect class="plane" x="0" y="0" width="{_WIDTH}" height="{_HEIGHT}"/>'
    known = [value for row in block.ground for value in row if value is not None]
    if not known:
        return
    low, room = min(known), max(max(known) - min(known), 1e-9)
    tall = _HEIGHT / len(block.ground)
    for down, row in enumerate(block.ground):
        wide = _WIDTH / max(len(row), 1)
        for across, value in enumerate(row):
            if value is not None:
                shape = (
                    f'x="{across * wide:.1f}" y="{down * tall:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
                )
                strength = 0.05 + 0.4 * (1 - (value - low) / room)
                yield f'<rect class="cell" {shape} fill-opacity="{strength:.2f}"/>'


def _at(dot: Dot, edges: tuple[float, float, float, float]) -> tuple[float, float]:
    left, right, bottom, top = edges
    across = (min(max(dot.x, left), right) - left) / max(right - left, 1e-9)
    up = (min(max(dot.y, bottom), top) - bottom) / max(top - bottom, 1e-9)
    return _SIZE + across * (_WIDTH - 2 * _SIZE), _HEIGHT - _SIZE - up * (_HEIGHT - 2 * _SIZE)


def _dot(dot: Dot, x: float, y: float) -> str:
    name = css_class(dot.series)
    if dot.series == "wrong":
        wide = 2 * _SIZE
        strokes = f"M{x - _SIZE:.1f} {y - _SIZE:.1f}l{wide} {wide}m0 {-wide}l{-wide} {wide}"
        shape = f'<path class="dot {name}" d="{strokes}"/>'
    else:
        shape = f'<circle class="dot {name}" cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE}"/>'
    ring = f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE + 3}"/>' if dot.marked else ""
    return shape + ring


def _legend(block: Scatter) -> Iterator[str]:
    names = sorted({dot.series for dot in block.dots})
    for place, name in enumerate(names):
        x, y = 12.0 + 130 * place, _HEIGHT + _LEGEND / 2
        yield _dot(Dot(0, 0, name), x, y)
        yield f'<text x="{x + 12}" y="{y + 4}">{escaped(name)}</text>'
