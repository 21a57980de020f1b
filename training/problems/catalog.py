"""All steps and results, and the drawing of compositions from them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from training.problems.load import load_results, load_steps
from training.problems.program import Composition, Link
from training.problems.step import Kind, Result, Step

STEPS: Mapping[str, Step] = load_steps()
ENDS: Mapping[str, Result] = load_results()

HELD_OUT_SHARE = 10
"""One composition of this many is held out of training."""

_FAMILIES = {Kind.INTS: 45, Kind.TEXT: 20, Kind.NUMBER: 15, Kind.GRID: 20}
_LENGTHS = {1: 30, 2: 40, 3: 20, 4: 10}
_OPEN_SHARE = 0.55
_BY_SOURCE = {kind: [step for step in STEPS.values() if step.source is kind] for kind in Kind}
_ENDS_BY_SOURCE = {kind: [end for end in ENDS.values() if end.source is kind] for kind in Kind}
_SPOILS_WORDS = {"run_length", "drop_spaces"}


def _weighted(rng: random.Random, weights: Mapping[Any, int]) -> Any:
    return rng.choices(list(weights), list(weights.values()))[0]


def draw_params(rng: random.Random, params: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {name: rng.choice(values) for name, values in params.items()}


def _allowed(step: Step, names: Sequence[str], last: bool) -> bool:
    if step.name in names and not last:
        return False
    if step.name == "split" and _SPOILS_WORDS & set(names):
        return False
    return last or not step.last


def _draw_links(rng: random.Random, kind: Kind, length: int) -> tuple[Link, ...]:
    links: list[Link] = []
    for i in range(length):
        names = [link.step.name for link in links]
        steps = [step for step in _BY_SOURCE[kind] if _allowed(step, names, i == length - 1)]
        groups = {target: [s for s in steps if s.target is target] for target in {s.target for s in steps}}
        # A change of type is drawn less often than a step within it, or a list would soon be a number.
        weights = {t: (3 if t is kind else {Kind.NUMBER: 0.5}.get(t, 2)) for t in sorted(groups)}
        if kind is Kind.WORDS:
            weights = {t: {Kind.WORDS: 5, Kind.INTS: 2}.get(t, 1) for t in weights}
        step = rng.choice(groups[_weighted(rng, weights)])  # type: ignore[arg-type]
        links.append(
            Link(step, draw_params(rng, step.params), bool(step.twin) and rng.random() < _OPEN_SHARE)
        )
        kind = step.target
    return tuple(links)


def draw(rng: random.Random, longest: int = 4) -> Composition:
    """A composition of one to ``longest`` steps; whether it makes a good problem is not said yet."""
    source: Kind = _weighted(rng, _FAMILIES)
    lengths = {n: share for n, share in _LENGTHS.items() if n <= longest}
    links = _draw_links(rng, source, _weighted(rng, lengths))
    end = rng.choice(_ENDS_BY_SOURCE[links[-1].step.target])
    return Composition(source, links, end, draw_params(rng, end.params))


def held_out(composition: Composition) -> bool:
    """Whether training must not see this composition; stable between processes and versions of Python."""
    return len(composition.links) >= 2 and zlib.crc32(composition.key().encode()) % HELD_OUT_SHARE == 0
