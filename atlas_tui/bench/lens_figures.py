"""What the lens told of the candidates of a condition, against what the scoring tests said of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlas_tui.bench.figures import Figures
from atlas_tui.bench.records import LensUsed, Written
from atlas_tui.lens.data import Codes, Flags, Numbers
from atlas_tui.lens.evaluation import auc, inside_problems
from atlas_tui.lens.metric import lowest
from atlas_tui.statistics import Estimate


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate on the map of the lens."""

    place: tuple[float, float]
    right: bool | None
    low: bool
    """It is of the quarter with the lowest energy, that is with the best scores."""


@dataclass(frozen=True)
class LensFigures:
    """Of one condition whose candidates a lens looked at."""

    condition: str
    used: LensUsed
    programs: tuple[tuple[int, Written], ...]
    """Those it scored, each with the number of its problem."""
    decided: int
    """Problems where it picked the submission."""
    right: int
    """Of these, those where its pick is right."""

    @classmethod
    def of(cls, one: Figures) -> LensFigures | None:
        """None where no lens looked at the condition."""
        if one.recipe.lens is None:
            return None
        programs = (
            (number, each)
            for number, record in enumerate(one.records)
            for each in record.written
            if each.lens is not None and math.isfinite(each.lens)
        )
        decided = [record for record in one.records if record.by_lens]
        return cls(
            condition=one.name,
            used=one.recipe.lens,
            programs=tuple(programs),
            decided=len(decided),
            right=sum(record.right for record in decided),
        )

    @property
    def scored(self) -> int:
        """Programs that have a score."""
        return len(self.programs)

    @cached_property
    def auc(self) -> float:
        """The chance that a right program scores above a wrong one; not a number where all are alike."""
        return auc(*self._told[1:])

    @cached_property
    def inside(self) -> Estimate:
        """The same among programs of one problem."""
        groups, scores, right = self._told
        return inside_problems(groups, right, scores)

    @cached_property
    def _told(self) -> tuple[Codes, Numbers, Flags]:
        """Problem, score and rightness of those that could be scored by tests as well."""
        known = [(number, each.lens, each.right) for number, each in self.programs if each.right is not None]
        groups, scores, right = zip(*known, strict=True) if known else ((), (), ())
        return (
            np.array(groups, dtype=np.int64),
            np.array(scores, dtype=np.float64),
            np.array(right, dtype=np.bool_),
        )

    def placed(self) -> Iterator[Placed]:
        """The programs that have a place on the map."""
        energies = -np.array([each.lens for _, each in self.programs], dtype=np.float64)
        for (_, each), low in zip(self.programs, lowest(energies), strict=True):
            if each.place is not None:
                yield Placed(each.place, each.right, bool(low))
