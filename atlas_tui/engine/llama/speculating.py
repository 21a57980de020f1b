"""Which way of guessing ahead a model gets."""

from __future__ import annotations

import json
import logging
from functools import partial
from pathlib import Path

from atlas_tui.engine.llama.context import Context
from atlas_tui.engine.llama.draft_model import DraftModel
from atlas_tui.engine.llama.native import Model
from atlas_tui.engine.llama.scheduler import Speculation

log = logging.getLogger(__name__)

CPU_ROW, GPU_ROW = 0.35, 0.03
"""What one more row adds to a step: on two CPU cores three rows of 0.6 B parameters took 1.8 times as long
as one; on a GPU the weights are read once for all rows."""
LEAST_GAIN = 1.02
"""A measured gain below this is none."""


def measured(file: Path, fingerprint: str) -> dict[str, float]:
    """What `models bench` measured for this model: ``lookup_gain`` and ``draft_gain``, above 1 is faster."""
    try:
        row = json.loads(file.read_text("utf-8")).get(fingerprint, {})
        return {
            key: float(value) for key, value in row.items() if key.endswith("_gain") and value is not None
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        log.warning("%s cannot be read: %s", file, error)
        return {}


def choose(mode: str, gains: dict[str, float], *, has_draft: bool) -> str:
    """off, lookup or draft. ``auto`` goes by what was measured; before that, looking up is on, since live
    acceptance ends it where it does not pay, and a draft model is used where one was given."""
    if mode == "draft":
        return "draft" if has_draft else "lookup"
    if mode != "auto":
        return mode
    lookup = gains.get("lookup_gain", LEAST_GAIN)
    draft = gains.get("draft_gain", lookup) if has_draft else 0.0
    if max(lookup, draft) < LEAST_GAIN:
        return "off"
    return "draft" if draft >= lookup else "lookup"


def speculation(
    kind: str, main: Model, *, on_gpu: bool, draft: tuple[Model, Context] | None
) -> Speculation | None:
    """The scheduler's part of it. A draft model also costs its own reading of weights for each guess."""
    row_cost = GPU_ROW if on_gpu else CPU_ROW
    if kind == "off":
        return None
    if kind == "draft" and draft is not None:
        model, context = draft
        row_cost += model.size_bytes / max(1, main.size_bytes)
        return Speculation(row_cost, partial(DraftModel, model, context, vocabulary=main.tokens))
    return Speculation(row_cost)
