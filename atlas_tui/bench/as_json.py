"""A report as one JSON object: shares between 0 and 1, tokens, seconds, joules; unknown is null."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from atlas_tui.bench.figures import GROUPS, Difference, Figures, Spread, Study
from atlas_tui.bench.lens_figures import LensFigures
from atlas_tui.bench.sections import Price, caveats
from atlas_tui.statistics import Estimate


def as_json(study: Study, price: Price | None = None, cutoff: str = "") -> dict[str, Any]:
    """Everything that the other forms of the report say."""
    return {
        "run": asdict(study.header),
        "spent": asdict(spent) if (spent := study.spent()) else None,
        "energy": sorted({sitting.energy for sitting in study.sittings if sitting.energy}),
        "conditions": {one.name: _condition(study, one, price) for one in study.figures},
        "steps": [_difference(one) for one in study.differences()],
        "price": asdict(price) if price else None,
        "caveats": list(caveats(study, cutoff)),
    }


def _condition(study: Study, one: Figures, price: Price | None) -> dict[str, Any]:
    return {
        "problems": one.problems,
        "k": one.k,
        "pass@1": _estimate(one.pass_1),
        "sel@k": _estimate(one.selected),
        "pass@k": _estimate(one.pass_k),
        "any": _estimate(one.any),
        "parts": one.parts,
        "efficiency": _estimate(one.efficiency),
        "tokens_written": _spread(one.tokens),
        "tokens_read": _spread(one.tokens_read),
        "seconds": _spread(one.seconds),
        "spent": asdict(spent) if (spent := study.spent(one.name)) else None,
        "price": one.price(price.read, price.written) if price else None,
        "tokens_by_stage": one.by_stage,
        "tokens_by_outcome": {name: tokens for name, (_, tokens) in one.by_outcome.items()},
        "problems_by_outcome": {name: problems for name, (problems, _) in one.by_outcome.items()},
        "not_right": one.failures,
        "diagnosed": one.classes,
        "not_scored": one.unscored,
        "failed": {record.task: record.failed for record in one.failed},
        "states": {
            each.state: {"problems": each.problems, "right": _estimate(each.right), "told": each.told}
            for each in one.states
        },
        "lens": _lens(one),
        "groups": {
            by: {each.name: {"problems": each.problems, "right": _estimate(each.right)} for each in groups}
            for by in GROUPS
            if (groups := one.groups(by))
        },
    }


def _lens(one: Figures) -> dict[str, Any] | None:
    """What the lens told of its candidates; None where it looked at none."""
    found = LensFigures.of(one)
    if found is None:
        return None
    return {
        **asdict(found.used),
        "scored": found.scored,
        "decided": found.decided,
        "decided_right": found.right,
        "auc": _known(found.auc),
        "auc_inside_problems": _estimate(found.inside),
        "map": [asdict(each) for each in found.placed()],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "problems": one.problems,
        "change": _estimate(one.change),
        "only_second": one.gained,
        "only_first": one.lost,
        "p": one.p,
        "noise_floor": one.noise,
    }


def _estimate(found: Estimate) -> dict[str, float | None]:
    return {"value": _known(found.value), "low": _known(found.low), "high": _known(found.high)}


def _spread(found: Spread) -> dict[str, float]:
    return {"mean": found.mean, "median": found.median, "p90": found.p90}


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
