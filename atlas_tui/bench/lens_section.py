"""What a report says of the lens; nothing where no condition used one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from atlas_tui.bench.document import Block, Dot, Heading, Paragraph, Points, Scatter, Table, percent
from atlas_tui.bench.figures import Study
from atlas_tui.bench.lens_figures import LensFigures
from atlas_tui.lens.standing import estimate, number
from atlas_tui.statistics import Estimate


def lens_blocks(study: Study) -> Iterator[Block]:
    """State, decisions and AUC of the lens under each condition that used it, and its map."""
    found = [used for one in study.figures if (used := LensFigures.of(one)) is not None]
    if not found:
        return
    yield Heading("The lens")
    head = ("condition", "gate", "programs scored", "decided", "of these right", "AUC", "AUC inside problems")
    yield Table(head, tuple(_row(one) for one in found))
    yield Points(tuple(dict.fromkeys(_told(one) for one in found)))
    yield Paragraph(
        "The lens saw none of these problems in its training. AUC is the chance that a right program scores"
        " above a wrong one, by the scoring tests; 0.5 is chance. Only inside problems does it matter to a"
        " choice. With a closed gate it scores and decides nothing."
    )
    for one in found:
        yield from _map(one)


def _row(one: LensFigures) -> tuple[str, ...]:
    decided = percent(one.right / one.decided) if one.decided else "–"
    numbers = (f"{one.scored:,}", f"{one.decided:,}", decided, number(one.auc), _with_interval(one.inside))
    return (one.condition, one.used.state, *numbers)


def _told(one: LensFigures) -> str:
    return f"Weights {one.used.weights[:12]}, {one.used.state}: {one.used.why or 'no reason is known.'}"


def _map(one: LensFigures) -> Iterator[Block]:
    dots = tuple(Dot(*each.place, series=_series(each.right), marked=each.low) for each in one.placed())
    if dots and one.used.edges is not None:
        title = (
            f"{one.condition}: programs in the space of the lens; ringed: the quarter of lowest energy;"
            " coloured: where what it learned from has low energy"
        )
        yield Scatter(title, dots, one.used.edges, one.used.cells)


def _series(right: bool | None) -> str:
    return "not scored" if right is None else "right" if right else "wrong"


def _with_interval(found: Estimate) -> str:
    if found.low == found.high:  # where all problems agree, a bootstrap would claim to be sure
        return number(found.value)
    return estimate(asdict(found), number)
