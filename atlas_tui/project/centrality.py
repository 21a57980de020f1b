"""How much of what speaks for some files reaches others over their links: personalised PageRank."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_ROUNDS = 20
_GOES_ON = 0.6
"""Share that follows the links at each step; the rest starts again at the seeds."""
_BACKWARDS = 0.35
"""A file that uses another one matters to it too, but less."""


def spread(links: Mapping[str, Mapping[str, float]], seeds: Mapping[str, float]) -> dict[str, float]:
    """How much reaches each file. ``seeds`` says where it starts, and names every file."""
    paths = list(seeds)
    total = sum(seeds.values())
    if total <= 0:
        return {}
    number = {path: place for place, path in enumerate(paths)}
    edges = [
        (number[source], number[target], weight)
        for source, targets in links.items() if source in number
        for target, weight in targets.items() if target in number
    ]  # fmt: skip
    start = np.array([seeds[path] for path in paths]) / total
    if not edges:
        return dict(zip(paths, start.tolist(), strict=True))
    columns = np.array(edges)
    forward, back = columns[:, 0].astype(np.intp), columns[:, 1].astype(np.intp)
    # What everything uses, such as a module of errors, says little about any one problem.
    strength = columns[:, 2] / np.sqrt(np.bincount(back, minlength=len(paths))[back])
    sources, targets_ = np.concatenate((forward, back)), np.concatenate((back, forward))
    weights = np.concatenate((strength, _BACKWARDS * strength))
    out = np.bincount(sources, weights, minlength=len(paths))
    flow = weights / out[sources]
    rank = start
    for _ in range(_ROUNDS):
        moved = np.bincount(targets_, rank[sources] * flow, minlength=len(paths))
        stays = 1 - moved.sum()
        rank = _GOES_ON * moved + (_GOES_ON * stays + 1 - _GOES_ON) * start
    return dict(zip(paths, rank.tolist(), strict=True))
