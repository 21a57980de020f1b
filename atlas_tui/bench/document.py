"""A report as blocks, which Markdown, HTML and the terminal each draw in their own way."""

from __future__ import annotations

from dataclasses import dataclass

from atlas_tui.statistics import Estimate


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2
    """1 is the report's own."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as the head. The first column is words, the others are numbers or words."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart."""

    name: str
    value: Estimate
    series: str = ""
    """Rows of one series look alike."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Shares of problems as bars with their 95 % intervals, or differences around 0."""

    title: str
    bars: tuple[Bar, ...]
    signed: bool = False
    """The values are differences, in points; otherwise shares, in percent."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a scatter."""

    x: float
    y: float
    series: str
    """Dots of one series look alike."""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Scatter:
    """Points on a plane whose ground is light or dark; its axes have no unit."""

    title: str
    dots: tuple[Dot, ...]
    edges: tuple[float, float, float, float]
    """Left, right, bottom and top of the ground; a dot beyond is drawn at the edge."""
    ground: tuple[tuple[float | None, ...], ...] = ()
    """Cells, rows from the top; the lower the number, the more colour, and none where it is None."""


Block = Heading | Paragraph | Points | Table | Chart | Scatter


def percent(share: float) -> str:
    """A share in percent, one decimal; what is not a number is unknown."""
    return "unknown" if share != share else f"{100 * share:.1f} %"


def interval(found: Estimate, *, signed: bool = False) -> str:
    """The 95 % interval in percent or points; empty where there is none."""
    if found.low is None or found.high is None:
        return ""
    sign = "+" if signed else ""
    return f"{100 * found.low:{sign}.1f} to {100 * found.high:{sign}.1f}"


def with_interval(found: Estimate) -> str:
    """A share in percent, followed by its interval."""
    inside = interval(found)
    return (
        f"{percent(found.value)} ({inside})"
        if inside and found.value == found.value
        else percent(found.value)
    )


def one_line(text: str) -> str:
    """What names and messages from outside may say: printable, on one line."""
    return "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in " ".join(text.split())
    )
