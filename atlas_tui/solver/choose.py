"""The choice among candidates, from evidence alone, with its reasons as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from atlas_tui.events import AgreementFound, Chosen, Reason, SplitJudged, TestsRun
from atlas_tui.solver.agreement import Agreement
from atlas_tui.solver.b4 import passing
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.choose_rules import EVERYTHING, RULES, Ruling
from atlas_tui.solver.choose_words import sentence
from atlas_tui.solver.states import grade_of, probability, state_of
from atlas_tui.solver.table import Row, Table


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules leave, and what each of them found."""

    left: tuple[Row, ...]
    """More than one is a tie; none where no candidate is usable."""
    reasons: tuple[Reason, ...]
    """Without their sentences."""


def decide(table: Table, rules: Sequence[str] = EVERYTHING) -> Decision:
    """Ask the rules of these names in order, until one candidate is left."""
    left = table.usable
    reasons = []
    for name in rules:
        if not left or (len(left) == 1 and name != "samples"):
            break
        ruling = RULES[name](table, left)
        if ruling is not None:
            reasons.append(_reason(name, left, ruling, len(table.rows)))
            left = ruling.kept
        if name == "agreement" and _same_change(table, left):
            break
    return Decision(left, tuple(reasons))


def _same_change(table: Table, rows: Sequence[Row]) -> bool:
    """Nothing is left to choose between these."""
    return table.of_changes and len({row.code for row in rows}) == 1


def _reason(name: str, before: Sequence[Row], ruling: Ruling, candidates: int) -> Reason:
    kept = tuple(row.label for row in ruling.kept)
    rivals = candidates if name == "samples" else len(before)
    return Reason(
        rule=name,
        text="",
        decided=len(kept) == 1 < rivals,
        kept=kept,
        lost=tuple(row.label for row in before if row.label not in kept),
        scores=tuple(ruling.scores.items()),
        of=ruling.of,
        groups=ruling.groups,
    )


def chosen(table: Table, rules: Sequence[str] = EVERYTHING) -> Chosen | None:
    """The choice by these rules, with its reasons in words; None when no candidate is usable.

    What the rules leave is a tie: the first by label is taken, and the others are named.
    """
    decision = decide(table, rules)
    if not decision.left:
        return None
    tied = sorted(decision.left, key=lambda row: row.label)
    winner, state = tied[0], state_of(table)
    return Chosen(
        candidate=winner.label,
        round=winner.round,
        code=winner.code,
        grade=grade_of(table, winner),
        passed=winner.passed,
        samples=table.samples,
        reasons=tuple(_told(table, reason) for reason in decision.reasons),
        state=state,
        # It was measured on programs, and says nothing of changes.
        probability=None if table.of_changes else probability(state),
        tied=() if _same_change(table, tied) else tuple(row.label for row in tied[1:]),
    )


def _told(table: Table, reason: Reason) -> Reason:
    if reason.rule == "samples" and table.unchecked:
        return replace(reason, text=f"nothing was run: {table.unchecked}", decided=False)
    return replace(reason, text=sentence(reason, change=table.of_changes))


# --- from the events of a run


def finalists(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The usable attempts that passed the most samples."""
    kept = {(row.label, row.round) for row in Table(rows=_rows(attempts)).finalists}
    return [attempt for attempt in attempts if (attempt.label, attempt.ready.round) in kept]


def table_of(
    attempts: Sequence[Attempt],
    samples: int,
    agreement: AgreementFound | None = None,
    unchecked: str = "",
    *,
    tests: Sequence[TestsRun] = (),
    judged: Sequence[SplitJudged] = (),
    lens: Mapping[str, float] | None = None,
) -> Table:
    """The evidence table from what the events of a run say of these attempts.

    Of ``tests`` and ``judged``, only what is about these rounds of the candidates counts.
    """
    rows = _rows(attempts)
    rounds = {row.label: row.round for row in rows}
    run = [one for one in tests if rounds.get(one.candidate) == one.round]
    most = max((one.tests for one in run), default=0)
    run = [one for one in run if one.tests == most]
    votes: dict[str, int] = {}
    for one in judged:
        if rounds.get(one.first) == one.first_round and rounds.get(one.second) == one.second_round:
            votes[one.first] = votes.get(one.first, 0) + one.votes[0]
            votes[one.second] = votes.get(one.second, 0) + one.votes[1]
    return Table(
        rows=rows,
        samples=samples,
        unchecked=unchecked,
        agreement=None if agreement is None else agreement_of(agreement),
        tested=tuple(one.candidate for one in run),
        passes=passing(most, [one.passed for one in run]) if run else None,
        judged=votes,
        lens=lens or {},
    )


def choose(
    attempts: Sequence[Attempt],
    samples: int,
    agreement: AgreementFound | None,
    unchecked: str = "",
    rules: Sequence[str] = EVERYTHING,
) -> Chosen | None:
    """The choice among ``attempts`` where there is no evidence but samples and agreement.

    ``unchecked`` says why nothing was run, where that is so. None when no attempt holds a usable program.
    """
    return chosen(table_of(attempts, samples, agreement, unchecked), rules)


def agreement_of(event: AgreementFound) -> Agreement:
    """The agreement that an event tells; one of an earlier version has clusters alone."""
    shares = dict(event.shares)
    if not shares:
        members = sum(len(cluster) for cluster in event.clusters)
        shares = {label: len(cluster) / members for cluster in event.clusters for label in cluster}
    return Agreement(
        clusters=event.clusters,
        shares=shares,
        nearness=dict(event.nearness),
        inputs=event.inputs,
        failures=dict(event.failures),
    )


def _rows(attempts: Sequence[Attempt]) -> tuple[Row, ...]:
    return tuple(
        Row(
            label=attempt.label,
            code=attempt.ready.code,
            round=attempt.ready.round,
            usable=attempt.usable,
            passed=attempt.passed,
            ran=len(attempt.runs),
            logprob=attempt.ready.mean_logprob,
            flagged=bool(attempt.ready.flags),
            change=bool(attempt.ready.files),
        )
        for attempt in attempts
    )
