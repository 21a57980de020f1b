"""The rules of the choice: each a pure function of the evidence table and of the candidates still in.

A rule keeps the best by its own evidence, all of them where it sees no difference, and says nothing (None)
where it has no evidence about them. Which rules are asked, and in which order, is a policy's matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas_tui.problem import Problem
from atlas_tui.solver.b4 import b4, codet
from atlas_tui.solver.table import Row, Table

_EQUAL = 1e-9
"""Scores closer than this are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a rule found."""

    kept: tuple[Row, ...]
    scores: Mapping[str, float]
    """By label; more is better."""
    of: int = 0
    """Samples, inputs or tests that the scores are about."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Candidates that are the same to this rule, where it knows."""


Rule = Callable[[Table, Sequence[Row]], Ruling | None]


def by_samples(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those that passed the most samples. Asked first, it also tells that there is nothing to check on."""
    return _best(left, {row.label: float(row.passed) for row in left}, of=table.samples)


def by_agreement(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those that agree with the others on the largest share of inputs: a minimum-Bayes-risk choice."""
    found = table.agreement
    if found is None or not found.inputs or len(left) < 2:
        return None
    if not any(row.label in found.shares for row in left):
        return None
    scores = {row.label: found.shares.get(row.label, 0.0) for row in left}
    # Changes that are the same were compared on nothing.
    of = 0 if table.of_changes and not table.tests_tell else found.inputs
    return _best(left, scores, of=of, groups=found.clusters)


def by_near_misses(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those with which candidates that fail samples agree most: they are wrong somewhere, not everywhere."""
    found = table.agreement
    if found is None or not found.inputs or not any(found.nearness.get(row.label) for row in left):
        return None
    return _best(left, {row.label: found.nearness.get(row.label, 0.0) for row in left}, of=found.inputs)


def by_self_tests(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those in the set of programs and written tests that is most probably right (``b4``)."""
    return _by_tests(table, left, b4)


def by_codet(table: Table, left: Sequence[Row]) -> Ruling | None:
    """As ``by_self_tests``, by the score of CodeT; for comparison."""
    return _by_tests(table, left, codet)


def _by_tests(table: Table, left: Sequence[Row], score: Callable[[np.ndarray], np.ndarray]) -> Ruling | None:
    if table.passes is None or table.passes.size == 0:
        return None
    known = dict(zip(table.tested, score(table.passes), strict=True))
    scores = {row.label: float(known[row.label]) for row in left if row.label in known}
    return _best(left, scores, of=table.passes.shape[1]) if scores else None


def by_judgement(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those whose real outputs the model held for right most often (S*)."""
    if not any(table.judged.get(row.label) for row in left):
        return None
    scores = {row.label: float(table.judged[row.label]) for row in left if row.label in table.judged}
    return _best(left, scores)


def by_lens(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those with the best learned score; only those that have one are compared."""
    scores = {row.label: table.lens[row.label] for row in left if row.label in table.lens}
    return _best(left, scores) if scores else None


def by_logprob(table: Table, left: Sequence[Row]) -> Ruling | None:
    """Those of whose tokens the model was surest; unknown loses."""
    scores = {row.label: row.logprob for row in left if row.logprob is not None}
    return _best(left, scores) if scores else None


def by_length(table: Table, left: Sequence[Row]) -> Ruling | None:
    """The shortest program or the smallest change (``Row.size``)."""
    return _best(left, {row.label: -float(row.size) for row in left})


def _best(
    left: Sequence[Row],
    scores: Mapping[str, float],
    *,
    of: int = 0,
    groups: tuple[tuple[str, ...], ...] = (),
) -> Ruling:
    """Those with the highest score."""
    most = max(scores.values())
    kept = tuple(row for row in left if scores.get(row.label, -np.inf) >= most - _EQUAL)
    return Ruling(kept=kept, scores=scores, of=of, groups=groups)


RULES: dict[str, Rule] = {
    "samples": by_samples,
    "agreement": by_agreement,
    "near misses": by_near_misses,
    "self-tests": by_self_tests,
    "codet": by_codet,
    "outputs judged": by_judgement,
    "lens": by_lens,
    "log-probability": by_logprob,
    "length": by_length,
}

POLICIES: dict[str, tuple[str, ...]] = {
    "random": (),
    "samples": ("samples",),
    "agreement": ("samples", "agreement", "near misses"),
    "full": ("samples", "agreement", "near misses", "self-tests"),
    "codet": ("codet",),
    "b4": ("self-tests",),
    "A": ("samples",),
    "B": ("samples", "log-probability"),
    "C": ("samples", "agreement", "near misses", "lens", "log-probability", "length"),
    "D": ("samples", "self-tests", "log-probability", "length"),
    "E": (
        "samples",
        "agreement",
        "self-tests",
        "outputs judged",
        "near misses",
        "lens",
        "log-probability",
        "length",
    ),
}
"""Names of the rules in the order in which they are asked. The lower-case ones are for recorded candidates
(``atlas-tui bench replay``), where what they leave is a tie; the letters are the arms of a run."""
EVERYTHING = POLICIES["E"]
_OF_CHANGES = ("samples", "self-tests", "agreement", "lens", "length", "log-probability")
"""Those that can say something of changes in a repository: a smaller one is easier to review."""


def rules_for(arm: str, problem: Problem) -> tuple[str, ...]:
    """The rules of an arm for this problem."""
    rules = POLICIES[arm]
    return rules if problem.project is None else tuple(rule for rule in _OF_CHANGES if rule in rules)
