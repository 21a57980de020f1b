"""What a score is worth where a choice is to be made: among candidates that the evidence leaves tied.

For every problem the candidates with the most samples passed are kept, of these the ones with the largest
share of agreement; what is left is the tie. A score that is asked about anything else adds nothing: picking
among candidates that are all right, or all wrong, changes no answer.

A problem counts as far as the labels of the candidates that are left of it are believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atlas_tui.lens.data import AGREEMENT, LOGPROB, SAMPLES, Codes, Data, Numbers
from atlas_tui.lens.plain import plain
from atlas_tui.statistics import Estimate, estimate, ratio, weights

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Shares of problems where the pick is right, each with its interval over problems."""

    tied: int
    """Problems where more than one candidate is left."""
    deciding: int
    """Of these, where some that are left are right and some wrong."""
    believed: float
    """What these count together by the trust in their labels; as many where all is believed."""
    problems: int
    by_random: Estimate
    """Among the tied, as are the next three."""
    by_logprob: Estimate
    by_lens: Estimate
    by_oracle: Estimate
    gain: Estimate
    """Of the lens over a random pick among the tied."""
    gain_logprob: Estimate
    """Of the log-probability over the same."""
    all_random: Estimate
    """Of all candidates of every problem, as are those below: sel@k."""
    all_agreement: Estimate
    """Samples and agreement, and a random pick where these leave more than one."""
    all_logprob: Estimate
    """Samples, agreement, log-probability."""
    all_lens: Estimate
    """Samples, agreement, lens."""
    all_oracle: Estimate
    """pass@k: any of them."""
    change: Estimate
    """sel@k with the lens minus sel@k with the log-probability, which decides where there is no lens."""

    def as_json(self) -> dict[str, object]:
        """Numbers, each with its interval; what is not known is null."""
        found: dict[str, object] = plain(self)
        return found


def selection(data: Data, scores: Numbers, seed: int = 0) -> Selection:
    """What ``scores`` (more is better, one a row) are worth. Each must come from a field that did not see the
    problem."""
    every = _by_problem(data.groups)
    left = [tied(data, rows) for rows in every]
    ties = [rows for rows in left if len(rows) > 1]
    logprob = data.column(LOGPROB)
    sure = np.zeros(data.size) if logprob is None else np.where(np.isfinite(logprob), logprob, -np.inf)
    blind = _shares(data, ties)
    best, surest = _shares(data, ties, scores), _shares(data, ties, sure)
    with_lens, without = _shares(data, left, scores), _shares(data, left, sure)
    trust_of_ties, trust = _trust(data, ties), _trust(data, left)
    of_ties, of_all = _estimates(seed, trust_of_ties), _estimates(seed, trust)
    deciding = (blind > 0) & (blind < 1)
    return Selection(
        tied=len(ties),
        deciding=int(np.count_nonzero(deciding)),
        believed=float(trust_of_ties[deciding].sum()),
        problems=len(every),
        by_random=of_ties(blind),
        by_logprob=of_ties(surest),
        by_lens=of_ties(best),
        by_oracle=of_ties((blind > 0).astype(np.float64)),
        gain=of_ties(best - blind),
        gain_logprob=of_ties(surest - blind),
        all_random=of_all(_shares(data, every)),
        all_agreement=of_all(_shares(data, left)),
        all_logprob=of_all(without),
        all_lens=of_all(with_lens),
        all_oracle=of_all((_shares(data, every) > 0).astype(np.float64)),
        change=of_all(with_lens - without),
    )


def _shares(data: Data, among: list[Codes], scores: Numbers | None = None) -> Numbers:
    """For each problem the chance that the pick is right: of the best by ``scores``, or a random one."""
    picked = among if scores is None else [_best(rows, scores) for rows in among]
    return np.array([data.right[rows].mean() for rows in picked], dtype=np.float64)


def tied(data: Data, rows: Codes) -> Codes:
    """Those of the rows of one problem that samples and agreement do not tell apart."""
    for name in (SAMPLES, AGREEMENT):
        known = data.column(name)
        if known is not None and np.isfinite(known[rows]).any():
            rows = _best(rows, np.where(np.isfinite(known), known, -np.inf))
    return rows


def _best(rows: Codes, scores: Numbers) -> Codes:
    if len(rows) < 2:
        return rows
    most = scores[rows].max()
    # Of infinite scores none is smaller than another by anything.
    found: Codes = rows[(scores[rows] >= most - _EQUAL) | (scores[rows] == most)]
    return found


def _by_problem(groups: Codes) -> list[Codes]:
    order = np.argsort(groups, kind="stable")
    edges = np.flatnonzero(np.diff(groups[order])) + 1
    return np.split(order, edges) if len(order) else []


def _trust(data: Data, among: list[Codes]) -> Numbers:
    """How far the labels of each problem's candidates are believed, 0 to 1."""
    return np.array([data.trust[rows].mean() for rows in among], dtype=np.float64)


def _estimates(seed: int, trust: Numbers) -> Callable[[Numbers], Estimate]:
    """Means over problems, weighted by trust: by problem alone, so that it tilts no pick inside of one."""
    if not len(trust):
        return lambda values: Estimate(float("nan"))
    drawn = weights(len(trust), seed)
    return lambda values: estimate(ratio(values * trust, trust), drawn)
