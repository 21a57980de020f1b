"""The numbers of a lens in words. They come as plain values: from weights on disk as from a measurement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from atlas_tui.lens.standing import (
    Standing,
    estimate,
    gate as gate,
    learned_from,
    number,
    numbers,
    percent,
    points,
    subject,
)

_UNKNOWN = "unknown"
_WIDE = 30
"""Columns of a bar of the reliability plot."""
_TIED = (
    ("random pick", "by_random"),
    ("log-probability", "by_logprob"),
    ("lens", "by_lens"),
    ("oracle", "by_oracle"),
    ("gain of the lens", "gain"),
    ("gain of log-probability", "gain_logprob"),
)
_ALL = (
    ("random pick", "all_random"),
    ("samples, agreement", "all_agreement"),
    ("then log-probability", "all_logprob"),
    ("then lens", "all_lens"),
    ("oracle", "all_oracle"),
    ("change by the lens", "change"),
)
_DIFFERENCES = {"gain", "gain_logprob", "change"}


def standing(each: Standing) -> list[str]:
    """One lens in a few lines."""
    lines = [gate(each.gate), f"  {subject(each)}", f"  {learned_from(each)}"]
    return [*lines, f"  {told}"] if (told := numbers(each)) else lines


def evaluation(report: dict[str, Any]) -> list[str]:
    """Everything of ``Evaluation.as_json``."""
    judged = f"{report['candidates']} candidates of {report['problems']} problems"
    lines = [f"{judged}, each scored by fields that did not see its problem"]
    lines.append("AUC (1 is perfect, 0.5 is chance)")
    for name, key in (("lens", "lens"), ("evidence", "evidence"), ("both", "both")):
        found = report[key]
        folds = ", ".join(number(value) for value in found["folds"]) or _UNKNOWN
        inside = estimate(found["inside"], number)
        lines.append(f"  {name:10} {number(found['auc'])}; by fold {folds}; inside problems {inside}")
    lines += selection("lens", report["selection"])
    lines += [*selection("evidence", report["selection_evidence"])[:1], *_gains(report["selection_evidence"])]
    lines += [*selection("both", report["selection_both"])[:1], *_gains(report["selection_both"])]
    return [*lines, *reliability(report["reliability"])]


def selection(name: str, found: dict[str, Any]) -> list[str]:
    """What a score is worth where there is a choice (``Selection.as_json``)."""
    ties = f"{found['tied']} ties, of which {found['deciding']} matter"
    lines = [f"choice by {name}: {found['problems']} problems, {ties}", "  right among the tied"]
    lines += [_row(words, key, found) for words, key in _TIED]
    lines.append("  right of all problems")
    return lines + [_row(words, key, found) for words, key in _ALL]


def _gains(found: dict[str, Any]) -> list[str]:
    return [_row("gain among the tied", "gain", found), _row("change of all problems", "change", found)]


def _row(words: str, key: str, found: dict[str, Any]) -> str:
    shown = points if key in _DIFFERENCES else percent
    return f"    {words:24} {estimate(found[key], shown)}"


def reliability(bins: list[dict[str, Any]]) -> Iterator[str]:
    """What was told against what came: a bar for what came, a mark where it should end."""
    yield "reliability: chance told, share right (the mark is what was told)"
    for each in bins:
        bar = list("█" * round(each["right"] * _WIDE) + "·" * (_WIDE - round(each["right"] * _WIDE)))
        bar[min(_WIDE - 1, int(each["told"] * _WIDE))] = "|"
        told = f"{percent(each['told']):>6}  {''.join(bar)}  {percent(each['right']):>6}"
        yield f"  {told}  of {each['number']}"


def without_nan(value: Any) -> Any:
    """The same with null for what is no number: JSON has no word for that."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case dict():
            return {key: without_nan(each) for key, each in value.items()}
        case list() | tuple():
            return [without_nan(each) for each in value]
    return value
