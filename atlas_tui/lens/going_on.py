"""A lens that goes on from its last weights, fold by fold: no field may see what it will be judged on.

Which field did not see a problem is kept with the weights. New problems are spread over the fields, and each
field learns those that are not its own.
"""

from __future__ import annotations

import numpy as np

from atlas_tui.lens import continual
from atlas_tui.lens.data import Codes, Data, Flags
from atlas_tui.lens.evaluation import Held, Tell, logits_of, teller
from atlas_tui.lens.model import Lens, hashed
from atlas_tui.lens.training import Member, Recipe, reseeded


def go_on(lens: Lens, data: Data, recipe: Recipe, tell: Tell) -> Held | str:
    """Fields that learned what is new in checked data; or a sentence on why they must be trained afresh."""
    known = np.array([hashed(problem) in lens.places for problem in data.problems], dtype=bool)
    if why := _hindrance(lens, data, known):
        return why
    place = _places(lens, data, known)
    members: list[Member] = []
    logits = np.zeros(data.size)
    for fold, member in enumerate(lens.members):
        held = place == fold
        old, fresh = data.take(known & ~held), data.take(~known & ~held)
        report = teller(tell, fold + 1, len(lens.members))
        done = continual.go_on(member, old, fresh, reseeded(recipe, fold), report)
        if not done.taken:
            lost = f"AUC {done.before:.2f} before, {done.after:.2f} after"
            return f"going on it would have forgotten too much of the old labels ({lost})"
        members.append(done.member)
        logits[held] = logits_of(done.member, data.take(held))
    return Held(tuple(members), place, logits)


def _hindrance(lens: Lens, data: Data, known: Flags) -> str:
    if not lens.places:
        return "the last weights do not tell which field saw which problem"
    if len(set(lens.places.values())) < len(lens.members) or len(lens.members) < 2:
        return "the last weights have no field for each fold"
    if known.all():
        return "there is no problem that it has not seen"
    if known.sum() < data.size / 2:
        return "most labels are new, or the old ones were deleted"
    fresh = data.take(~known)
    if all(continual.drift(member, fresh).drifted for member in lens.members):
        return "the new labels look otherwise than those before (drift)"
    return ""


def _places(lens: Lens, data: Data, known: Flags) -> Codes:
    """The fold of each candidate: the old one of its problem, for new problems the emptiest one."""
    full = np.zeros(len(lens.members), dtype=np.int64)
    found: dict[str, int] = {}
    for problem in np.array(data.problems)[known].tolist():
        found[problem] = lens.places[hashed(problem)]
        full[found[problem]] += 1
    names, sizes = np.unique(np.array(data.problems)[~known], return_counts=True)
    # The largest first, as folds are made; among equal sizes by name, which is a hash.
    for number in np.argsort(-sizes, kind="stable"):
        emptiest = int(np.argmin(full))
        found[str(names[number])] = emptiest
        full[emptiest] += sizes[number]
    return np.array([found[problem] for problem in data.problems], dtype=np.int64)
