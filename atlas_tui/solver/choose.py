"""The choice among candidates, from evidence alone, with its reasons as data."""

from __future__ import annotations

import math
from collections.abc import Sequence

from atlas_tui.events import AgreementFound, Chosen, Grade, Reason
from atlas_tui.solver.board import Attempt


def finalists(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The usable attempts that passed the most samples."""
    usable = [attempt for attempt in attempts if attempt.usable]
    most = max((attempt.passed for attempt in usable), default=0)
    return [attempt for attempt in usable if attempt.passed == most]


def choose(
    attempts: Sequence[Attempt], samples: int, agreement: AgreementFound | None, unchecked: str = ""
) -> Chosen | None:
    """The winner by samples passed, then agreement of outputs, then mean log-probability, then label.

    ``unchecked`` says why nothing was run, where that is so. None when no attempt holds a usable program.
    """
    left = rivals = finalists(attempts)
    if not left:
        return None
    reasons = [_samples_rule(attempts, left, samples, unchecked)]
    if len(left) > 1 and agreement is not None and agreement.inputs:
        left, reason = _agreement_rule(left, agreement)
        reasons.append(reason)
    if len(left) > 1:
        left, reason = _logprob_rule(left)
        reasons.append(reason)
    winner = left[0]
    return Chosen(
        candidate=winner.label,
        round=winner.ready.round,
        code=winner.ready.code,
        grade=_grade(winner, len(rivals), samples, agreement),
        passed=winner.passed,
        samples=samples,
        reasons=tuple(reasons),
    )


def _names(attempts: Sequence[Attempt]) -> str:
    labels = [attempt.label for attempt in attempts]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def _verb(attempts: Sequence[Attempt], one: str, many: str) -> str:
    return one if len(attempts) == 1 else many


def _samples_rule(
    attempts: Sequence[Attempt], left: Sequence[Attempt], samples: int, unchecked: str
) -> Reason:
    decided = len(left) == 1 and len(attempts) > 1
    if unchecked:
        return Reason(rule="samples", text=f"nothing was run: {unchecked}")
    if not samples:
        return Reason(rule="samples", text="the statement has no samples to check on")
    passed = left[0].passed
    if passed == samples:
        every = f"all {samples} samples" if samples > 1 else "the only sample"
        text = f"{_names(left)} {_verb(left, 'passes', 'pass')} {every}"
    elif passed:
        text = (
            f"none passes all samples; {_names(left)} {_verb(left, 'passes', 'pass')} {passed} of {samples}"
        )
    else:
        text = f"no candidate passes {f'any of the {samples} samples' if samples > 1 else 'the only sample'}"
    return Reason(rule="samples", text=text, decided=decided)


def _agreement_rule(left: list[Attempt], agreement: AgreementFound) -> tuple[list[Attempt], Reason]:
    """Keep the finalists in the largest cluster; several of the same size are a tie."""
    largest = [cluster for cluster in agreement.clusters if len(cluster) == len(agreement.clusters[0])]
    kept = [attempt for attempt in left if any(attempt.label in cluster for cluster in largest)]
    lost = [attempt for attempt in left if attempt not in kept]
    inputs = f"{agreement.inputs} further input{'' if agreement.inputs == 1 else 's'}"
    if len(kept) == 1:
        return kept, Reason(rule="agreement", text=f"only {_names(kept)} ends well on {inputs}", decided=True)
    if len(largest) == 1:
        text, others = f"{_names(kept)} give the same output on {inputs}", ("differs", "differ")
    else:
        text, others = (
            f"{_names(kept)} give different outputs on {inputs}, a tie",
            ("gives none", "give none"),
        )
    if lost:
        text += f"; {_names(lost)} {_verb(lost, *others)}"
    return kept, Reason(rule="agreement", text=text)


def _logprob_rule(left: list[Attempt]) -> tuple[list[Attempt], Reason]:
    def logprob(attempt: Attempt) -> float:
        value = attempt.ready.mean_logprob
        return -math.inf if value is None else value

    ranked = sorted(left, key=lambda attempt: (-logprob(attempt), attempt.label))
    best = ranked[0]
    if best.ready.mean_logprob is None or logprob(best) == logprob(ranked[1]):
        return [best], Reason(
            rule="log-probability", text=f"no difference; {best.label} comes first", decided=True
        )
    text = f"the model was surest of {best.label} (mean log-probability {logprob(best):.3f})"
    return [best], Reason(rule="log-probability", text=text, decided=True)


def _grade(winner: Attempt, rivals: int, samples: int, agreement: AgreementFound | None) -> Grade:
    if not winner.passes_all(samples):
        return Grade.UNVERIFIED
    if rivals < 2 or agreement is None or not agreement.inputs:
        return Grade.SAMPLES_ONLY
    own = next((cluster for cluster in agreement.clusters if winner.label in cluster), ())
    if len(own) == rivals:
        return Grade.VERIFIED
    return Grade.SAMPLES_ONLY if len(own) > 1 else Grade.SPLIT
