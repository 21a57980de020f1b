"""The lens's space as a plane: where the candidates of a run lie, and where energy is low."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.widget import Widget

from atlas_tui.events import LensMapped
from atlas_tui.ui.sanitise import one_line
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.words import candidate_color, many

LOW_SHARE = 0.25
"""Of the cells where something lies, those of the lowest energy are marked."""
LOW, OTHER = "▒", "·"
NOTHING = "There is no map: a trained lens tells one with its first score."

Spot = tuple[str, str]
"""A sign and its style."""


def drawn(run: RunState, width: int, height: int) -> Content:
    """The map in so many cells, what its signs mean below it; a sentence where there is none."""
    found = run.lens_map
    if found is None or not _has_size(found):
        return hang(Content(""), Content.styled(NOTHING, "$muted"), width)
    marks, outside = _candidates(run, found)
    legend = hang(Content(""), Content.styled(_legend(found, marks, outside), "$muted"), width)
    rows = max(3, height - len(legend.split("\n", allow_blank=True)))
    plane = list(_plane(found, width, rows))
    for name, across, down in marks:
        _put(plane, name, int(across * width), int(down * rows))
    lines = [Content.assemble(*row) for row in plane]
    return Content("\n").join([*lines, legend])


def _has_size(found: LensMapped) -> bool:
    edges = (found.left, found.right, found.bottom, found.top)
    return all(map(math.isfinite, edges)) and found.left < found.right and found.bottom < found.top


def _candidates(run: RunState, found: LensMapped) -> tuple[list[tuple[str, float, float]], list[str]]:
    """Name and place, both ways from 0 to 1 from the left and the top; and the names of those beyond."""
    marks, outside = [], []
    for entry in run.candidates:
        place = entry.lens.place if entry.lens else None
        if place is None or not all(map(math.isfinite, place)):
            continue
        across = (place[0] - found.left) / (found.right - found.left)
        down = (found.top - place[1]) / (found.top - found.bottom)
        if not (0 <= across <= 1 and 0 <= down <= 1):
            outside.append(entry.label)
        marks.append((entry.label, min(max(across, 0.0), 1 - 1e-9), min(max(down, 0.0), 1 - 1e-9)))
    return marks, outside


def _plane(found: LensMapped, width: int, height: int) -> Iterator[list[Spot]]:
    """Rows of signs, from the top."""
    known = sorted(value for row in found.cells for value in row if value is not None)
    limit = known[max(1, round(LOW_SHARE * len(known))) - 1] if known else 0.0
    for line in range(height):
        row = found.cells[line * len(found.cells) // height] if found.cells else ()
        cells = (row[place * len(row) // width] if row else None for place in range(width))
        yield [
            (" ", "") if value is None else (LOW, "$pass") if value <= limit else (OTHER, "$muted")
            for value in cells
        ]


def _put(plane: list[list[Spot]], name: str, across: int, down: int) -> None:
    """A candidate's letter; beside it where another one lies there already."""
    row = plane[down]
    taken = {place for place, (sign, _) in enumerate(row) if sign not in (" ", LOW, OTHER)}
    free = sorted(set(range(len(row))) - taken, key=lambda place: (abs(place - across), -place))
    if free:
        sign = one_line(name, 9)[:1]
        if Content(sign).cell_length != 1 or sign in (" ", LOW, OTHER):
            sign = "?"
        row[free[0]] = (sign, f"{candidate_color(name)} bold reverse")


def _legend(found: LensMapped, marks: Sequence[tuple[str, float, float]], outside: Sequence[str]) -> str:
    learned = many(max(0, found.candidates), "program")
    words = f"{LOW} low energy, likely right   {OTHER} the others of the {learned} it learned from"
    if not marks:
        words += "   no candidate has a place on it"
    if outside:
        names = one_line(", ".join(outside), 60)
        words += f"   {names} {'lies' if len(outside) == 1 else 'lie'} beyond the edge"
    return words


class LensMap(Widget):
    """The map of a run, drawn anew for each size."""

    can_focus = False

    def __init__(self, run: RunState) -> None:
        super().__init__()
        self._run = run

    def render(self) -> Content:
        return drawn(self._run, self.size.width, self.size.height)
