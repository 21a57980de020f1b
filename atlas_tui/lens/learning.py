"""From labelled candidates to a lens with its gate, in one call."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from atlas_tui.lens import gate as gates
from atlas_tui.lens.continual import drift
from atlas_tui.lens.data import Checked, Data, Flags, check
from atlas_tui.lens.evaluation import Evaluation, Held, Tell, calibrated, cross_validate, evaluate
from atlas_tui.lens.gate import Gate
from atlas_tui.lens.going_on import go_on
from atlas_tui.lens.metric import mapped
from atlas_tui.lens.model import Identity, Lens, hashed
from atlas_tui.lens.selection import selection
from atlas_tui.lens.training import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of a training. Without usable data there is no lens, and the gate says why."""

    checked: Checked
    gate: Gate
    lens: Lens | None = None
    evaluation: Evaluation | None = None


def learn(
    data: Data,
    identity: Identity,
    recipe: Recipe | None = None,
    tell: Tell = lambda fold, of, epoch: None,
    last: Lens | None = None,
) -> Learned:
    """Train one field for each fold of problems, judge each on its fold, and decide about the gate.

    The lens is all these fields together: what it was judged by is a field that knew less than it does. With
    ``last`` the fields go on from those of that lens, as far as that is sound.
    """
    recipe = recipe or Recipe()
    checked = check(data)
    if checked.data is None:
        return Learned(checked=checked, gate=gates.untrained(checked.why))
    data = checked.data
    if data.vectors.shape[1] != identity.dimension:
        why = f"The embeddings have {data.vectors.shape[1]} numbers, those of the model {identity.dimension}."
        return Learned(checked=Checked(state="broken", why=why), gate=gates.untrained(why))
    held, how, before = _trained(data, recipe, tell, last)
    new = {hashed(problem): int(fold) for problem, fold in zip(data.problems, held.place, strict=True)}
    places = (before.places if before else {}) | new
    found = evaluate(data, held, recipe.seed)
    gate = gates.decide(found.selection)
    lens = Lens(
        identity=identity,
        members=held.members,
        calibration=calibrated(held, data),
        gate=gate,
        trained_on=frozenset(places),
        places=places,
        report=found.as_json() | {"how": how},
        map=mapped(data, -held.logits, recipe.seed),
        trained_at=time.time(),
    )
    return Learned(checked=checked, gate=gate, lens=lens, evaluation=found)


def _trained(data: Data, recipe: Recipe, tell: Tell, last: Lens | None) -> tuple[Held, str, Lens | None]:
    """The fields, in words how they came about, and the lens that they still know everything from."""
    why = ""
    if last is not None:
        held = go_on(last, data, recipe, tell)
        if isinstance(held, Held):
            how = f"going on from the last weights with {last.unseen(data).size} new candidates"
            return held, how, last
        why = f", for {held}"
    return cross_validate(data, recipe, tell), f"afresh{why}", None


def look_again(lens: Lens, data: Data) -> Gate:
    """The gate after new labels came: only those of problems that the lens did not see count.

    It closes where the new embeddings lie elsewhere than those of the training, and where the lens no longer
    beats chance.
    """
    fresh = lens.unseen(data)
    if not fresh.size or fresh.vectors.shape[1] != lens.identity.dimension:
        return lens.gate
    good: Flags = np.all(np.isfinite(fresh.vectors), axis=1)
    fresh = fresh.take(good)
    gate = gates.again(lens.gate, selection(fresh, -lens.score(fresh.vectors).energies))
    problems = len(set(fresh.problems))
    if gate.opened and problems >= gates.LEAST_DECIDING:
        moved = [drift(member, fresh) for member in lens.members]
        if all(each.drifted for each in moved):
            why = f"The embeddings of {problems} new problems lie elsewhere than those it was trained on."
            return gates.shut(gate, why)
    return gate
