"""How good a lens is, judged only on problems that it did not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atlas_tui.lens import evidence_model, folds
from atlas_tui.lens.cost import Array
from atlas_tui.lens.data import Codes, Data, Flags, Numbers
from atlas_tui.lens.evidence_model import Logistic
from atlas_tui.lens.plain import plain
from atlas_tui.lens.selection import Selection, selection
from atlas_tui.lens.training import Epoch, Member, Recipe, reseeded, train
from atlas_tui.statistics import Estimate, estimate, ratio, weights

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Candidates whose chance was told alike, and how many of them were right."""

    low: float
    high: float
    told: float
    """The mean chance told."""
    right: float
    """The share that was right."""
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """How well a score tells right from wrong."""

    auc: float
    """The chance that a right candidate scores above a wrong one, over all problems."""
    folds: tuple[float, ...]
    """The same inside each fold that has both sorts."""
    inside: Estimate
    """The same among candidates of one problem, with its interval over problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The numbers of a lens; every candidate was scored by a field that was trained without its problem."""

    candidates: int
    problems: int
    lens: Ordering
    evidence: Ordering
    """Of the logistic model on the evidence of runs alone."""
    both: Ordering
    """Of the same model with the lens as one more column."""
    selection: Selection
    """Of the lens."""
    selection_evidence: Selection
    selection_both: Selection
    reliability: tuple[Bin, ...]
    """Of the chances that the lens tells."""

    def as_json(self) -> dict[str, object]:
        """Everything as plain values; what is not known is null."""
        found: dict[str, object] = plain(self)
        return found


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of candidates by fields that did not see their problems, and these fields."""

    members: tuple[Member, ...]
    place: Codes
    """The fold of each candidate: the number of the field that did not see it."""
    logits: Numbers
    """How far each candidate's energy lies below the bias of that field."""


Tell = Callable[[int, int, Epoch], None]
"""Told of each epoch with the number of the fold, from 1, and of how many."""


def cross_validate(data: Data, recipe: Recipe, tell: Tell = lambda fold, of, epoch: None) -> Held:
    """One field for each fold, trained on the problems of the others."""
    place = folds.fold_of(data.groups, recipe.folds, recipe.seed)
    number = int(place.max()) + 1
    members: list[Member] = []
    logits = np.zeros(data.size)
    for fold in range(number):
        report = teller(tell, fold + 1, number)
        member = train(data.take(place != fold), reseeded(recipe, fold), tell=report)
        members.append(member)
        held = place == fold
        logits[held] = logits_of(member, data.take(held))
    return Held(tuple(members), place, logits)


def teller(tell: Tell, fold: int, of: int) -> Callable[[Epoch], None]:
    """What tells of the epochs of one fold."""
    return lambda epoch: tell(fold, of, epoch)


def logits_of(member: Member, data: Data) -> Numbers:
    """How far each energy lies below the bias: the log-odds that the field tells."""
    bias = float(member.parameters["bias"][0])
    return bias - member.energies(data.vectors).astype(np.float64)


def calibrated(held: Held, data: Data) -> Logistic:
    """The chances that log-odds of these fields really mean (Platt, 1999)."""
    return evidence_model.fit(held.logits[:, None], data.right, data.trust.astype(np.float64), ridge=0.01)


def evaluate(data: Data, held: Held, seed: int = 0) -> Evaluation:
    """All numbers of cross-validated scores."""
    alone, joined = _evidence(data, held, with_lens=False), _evidence(data, held, with_lens=True)
    chances = calibrated(held, data)(held.logits[:, None])
    return Evaluation(
        candidates=data.size,
        problems=len(set(data.problems)),
        lens=ordering(data, held.logits, held.place, seed),
        evidence=ordering(data, alone, held.place, seed),
        both=ordering(data, joined, held.place, seed),
        selection=selection(data, held.logits, seed),
        selection_evidence=selection(data, alone, seed),
        selection_both=selection(data, joined, seed),
        reliability=reliability(chances, data.right),
    )


def _evidence(data: Data, held: Held, *, with_lens: bool) -> Numbers:
    """Chances from the evidence of runs, by models that did not see the problem.

    The lens's column holds what each field told of problems it did not see, in training as in judging.
    """
    columns = data.features.astype(np.float64)
    if with_lens:
        columns = np.concatenate((columns, held.logits[:, None]), axis=1)
    found = np.zeros(data.size)
    for fold in np.unique(held.place):
        out = held.place == fold
        model = evidence_model.fit(columns[~out], data.right[~out], data.trust[~out].astype(np.float64))
        found[out] = model(columns[out])
    return found


def ordering(data: Data, scores: Numbers, place: Codes, seed: int = 0) -> Ordering:
    """How well scores (more is better) tell right from wrong."""
    inside = [auc(scores[place == fold], data.right[place == fold]) for fold in np.unique(place)]
    return Ordering(
        auc=auc(scores, data.right),
        folds=tuple(value for value in inside if np.isfinite(value)),
        inside=inside_problems(data.groups, data.right, scores, seed),
    )


def auc(scores: Array, right: Flags) -> float:
    """The chance that a right one scores above a wrong one, a tie counting half; NaN for one class."""
    good = int(right.sum())
    bad = len(right) - good
    if not good or not bad:
        return float("nan")
    _, same, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[same]
    return float((ranks[right].sum() - good * (good + 1) / 2) / (good * bad))


def inside_problems(groups: Codes, right: Flags, scores: Numbers, seed: int = 0) -> Estimate:
    """The AUC over pairs of candidates of one problem, with its interval over problems; ``groups`` are the
    problems as numbers."""
    won, of = [], []
    for group in np.unique(groups):
        rows = groups == group
        good = right[rows]
        pairs = int(good.sum()) * int((~good).sum())
        if pairs:
            won.append(auc(scores[rows], good) * pairs)
            of.append(float(pairs))
    if not of:
        return Estimate(float("nan"))
    return estimate(ratio(np.array(won), np.array(of)), weights(len(of), seed))


def reliability(chances: Numbers, right: Flags, bins: int = BINS) -> tuple[Bin, ...]:
    """What was told against what came, in bins of equal width; empty bins are left out."""
    place = np.minimum((chances * bins).astype(np.int64), bins - 1)
    return tuple(
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            told=float(chances[place == number].mean()),
            right=float(right[place == number].mean()),
            number=int(np.count_nonzero(place == number)),
        )
        for number in range(bins)
        if np.any(place == number)
    )
