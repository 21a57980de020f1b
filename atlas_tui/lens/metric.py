"""G(x): how the lens's space is curved, as a picture. It changes no choice.

A diagonal metric in the space of principal axes: a direction is long where right and wrong candidates differ
along it, and short where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas_tui.lens import projection
from atlas_tui.lens.data import Codes, Data, Flags, Numbers, Reals
from atlas_tui.lens.projection import Projection

COMPONENTS = 32
ROWS, COLUMNS = 10, 24
"""Cells of a map."""
_EDGE = 0.01
"""Share of the candidates beyond each edge of a map: a few that lie far off would leave it empty."""


@dataclass(frozen=True, slots=True)
class Metric:
    """Distances between candidates as far as they have to do with right and wrong."""

    projection: Projection
    lengths: Numbers
    """The diagonal of G: how much each axis counts; they add up to 1."""
    plane: Numbers
    """k × 2: the two directions of the map."""

    def place(self, vectors: Reals) -> Numbers:
        """Candidates in the space where straight distances are those of the metric, n × k."""
        found: Numbers = self.projection(vectors).astype(np.float64) * np.sqrt(self.lengths)
        return found

    def distances(self, vectors: Reals) -> Numbers:
        """Between all pairs of candidates, n × n."""
        placed = self.place(vectors)
        found: Numbers = np.sqrt(((placed[:, None] - placed[None, :]) ** 2).sum(axis=2))
        return found

    def map(self, vectors: Reals) -> Numbers:
        """Candidates on a plane, n × 2."""
        found: Numbers = self.place(vectors) @ self.plane
        return found


def fit(data: Data, components: int = COMPONENTS, seed: int = 0) -> Metric:
    """The metric of checked data."""
    seen = projection.fit(data.vectors, components, seed)
    rows = seen(data.vectors).astype(np.float64)
    lengths = _lengths(rows, data.right)
    placed = rows * np.sqrt(lengths)
    placed -= placed.mean(axis=0)
    axes = np.linalg.svd(placed, full_matrices=False)[2]
    plane = np.zeros((rows.shape[1], 2))
    plane[:, : min(2, len(axes))] = axes[:2].T
    return Metric(seen, lengths, plane)


def _lengths(rows: Numbers, right: Flags) -> Numbers:
    """Fisher's ratio of each axis: how far the means of right and wrong lie apart, by the spread inside them.

    Where nothing tells them apart, all axes count the same.
    """
    even = np.full(rows.shape[1], 1 / rows.shape[1])
    if not right.any() or right.all():
        return even
    good, bad = rows[right], rows[~right]
    inside = good.var(axis=0) + bad.var(axis=0)
    ratio = np.where(
        inside > 1e-12, (good.mean(axis=0) - bad.mean(axis=0)) ** 2 / np.maximum(inside, 1e-12), 0
    )
    total = float(ratio.sum())
    return ratio / total if total > 1e-12 else even


@dataclass(frozen=True, slots=True)
class Map:
    """A plane of the metric, and where on it the candidates that were learned from have which energy."""

    middle: Reals
    """The embedding in its middle."""
    directions: Reals
    """d × 2."""
    edges: tuple[float, float, float, float]
    """Left, right, bottom and top of the cells."""
    cells: tuple[tuple[float | None, ...], ...]
    """Rows from the top: the mean energy; None where no candidate lies."""
    candidates: int
    """How many there are on it."""

    def place(self, vectors: Reals) -> Numbers:
        """Candidates on the plane, n × 2; also beyond its edges."""
        found: Numbers = ((np.asarray(vectors, dtype=np.float32) - self.middle) @ self.directions).astype(
            np.float64
        )
        return found


def mapped(data: Data, energies: Numbers, seed: int = 0) -> Map:
    """The map of checked data. Each energy must come from a field that did not see the problem."""
    found = fit(data, seed=seed)
    seen = found.projection
    turned = (seen.scale * np.sqrt(found.lengths))[:, None] * found.plane
    directions = (turned if seen.axes is None else seen.axes @ turned).astype(np.float32)
    places = ((data.vectors - seen.mean) @ directions).astype(np.float64)
    low, high = np.quantile(places, [_EDGE, 1 - _EDGE], axis=0)
    room = np.maximum(high - low, 1e-6) * 0.05
    (left, bottom), (right, top) = low - room, high + room
    across = _numbers(places[:, 0], left, right, COLUMNS)
    down = ROWS - 1 - _numbers(places[:, 1], bottom, top, ROWS)
    cell = down * COLUMNS + across
    known = np.isfinite(energies)
    count = np.bincount(cell[known], minlength=ROWS * COLUMNS)
    total = np.bincount(cell[known], weights=energies[known], minlength=ROWS * COLUMNS)
    means = [round(float(t / n), 3) if n else None for t, n in zip(total, count, strict=True)]
    rows = tuple(tuple(means[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS))
    edges = float(left), float(right), float(bottom), float(top)
    return Map(seen.mean, directions, edges, rows, int(count.sum()))


def _numbers(places: Numbers, first: float, last: float, number: int) -> Codes:
    """The cell of each place along one axis; what lies beyond is in the outermost."""
    found: Codes = np.clip((places - first) / (last - first) * number, 0, number - 1).astype(np.int64)
    return found


def lowest(energies: Numbers, share: float = 0.25) -> Flags:
    """Which candidates to mark: the share of lowest energy, at least one; unknown ones never."""
    known = np.isfinite(energies)
    marked = np.zeros(len(energies), dtype=bool)
    if known.any():
        number = max(1, round(share * int(known.sum())))
        marked[np.argsort(np.where(known, energies, np.inf), kind="stable")[:number]] = True
    return marked
