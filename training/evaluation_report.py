"""The tables of an evaluation, in Markdown, from its rows. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from training.statistics import mcnemar, paired_difference, wilson

AGAIN = "B again"
"""The arm B with other draws."""
PAIRS = (("A", "B"), ("B", "C"), ("B", "D"), ("C", "E"), ("D", "E"), ("A", "E"), ("B", AGAIN))
"""What is compared: each part of the method, all of it, and the same thing twice."""
STATED = "E"
"""The arm whose probabilities are held against what came out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One problem in one arm, as a line of a result file."""

    number: int
    arm: str
    composition: str
    steps: int
    """Of the problem's composition."""
    family: str
    mode: str
    open: bool
    """The words leave a detail open that only the samples tell."""
    passed: bool
    """The chosen program is right on all hidden tests."""
    oracle: bool
    """Any program of the run is, corrections too."""
    samples_passed: bool
    state: str
    """What the evidence came to when the choice was made; empty where there was no choice."""
    probability: float | None
    """What the person was told the chance is that the choice is right."""
    grade: str
    candidates: list[bool]
    """For each candidate drawn, whether its first program is right on the hidden tests."""
    repairs: list[bool]
    """The same for each correction, kept or not."""
    repairs_tried: int
    repairs_kept: int
    taken: list[str]
    """Steps of the loop, the last of them a stop."""
    tokens: int
    """Written by the model."""
    seconds: float
    """Of the run, without loading the model and without the hidden tests."""
    failed: str
    """Why the run did not end by itself; empty where it did."""


Arms = Mapping[str, Mapping[int, Row]]
"""The rows of each arm by the number of the problem, in the order of the arms."""


def report(rows: Sequence[Row]) -> str:
    """All tables. Intervals are 95 %."""
    if not rows:
        return "Nothing was measured yet."
    arms = by_arm(rows)
    parts = [shares(arms), differences(arms), work(arms), kinds(arms), stated(arms), failures(arms)]
    counts = {len(each) for each in arms.values()}
    if len(counts) > 1:
        parts.insert(0, "Not every arm was run on every problem yet. A pair is compared on what both have.")
    return "\n\n".join(part for part in parts if part)


def by_arm(rows: Iterable[Row]) -> Arms:
    """Rows by arm and problem; arms by name, which is their order."""
    found: dict[str, dict[int, Row]] = {}
    for row in sorted(rows, key=lambda each: (each.arm, each.number)):
        found.setdefault(row.arm, {})[row.number] = row
    return found


def shares(arms: Arms) -> str:
    """How many problems each arm gets right, what any of its programs would, and what it costs."""
    lines = []
    for arm, found in arms.items():
        rows = list(found.values())
        tokens = [row.tokens for row in rows]
        lines.append(
            (
                arm,
                *_share([row.passed for row in rows]),
                *_share([row.oracle for row in rows])[:2],
                f"{fmean(tokens):.0f}",
                f"{median(tokens):.0f}",
                f"{median(row.seconds for row in rows):.2f}",
            )
        )
    head = ("arm", "right", "%", "interval (Wilson)", "any program right", "%")
    costs = ("tokens a problem, mean", "tokens a problem, median", "seconds a problem, median")
    return _table("What is right", (*head, *costs), lines)


def differences(arms: Arms) -> str:
    """The pairs that both have problems in common, problem by problem."""
    lines = []
    for one, other in PAIRS:
        common = sorted(arms.get(one, {}).keys() & arms.get(other, {}).keys())
        if not common:
            continue
        first = [arms[one][number].passed for number in common]
        second = [arms[other][number].passed for number in common]
        lost = sum(a and not b for a, b in zip(first, second, strict=True))
        gained = sum(b and not a for a, b in zip(first, second, strict=True))
        gain, low, high = (100 * value for value in paired_difference(first, second))
        name, count = f"{one} → {other}", str(len(common))
        change, interval = f"{gain:+.1f}", f"{low:+.1f} to {high:+.1f}"
        lines.append((name, count, change, interval, str(gained), str(lost), _chance(mcnemar(lost, gained))))
    head = ("pair", "problems", "points", "interval (paired bootstrap)")
    return _table(
        "Differences", (*head, "only second right", "only first right", "p (McNemar, exact)"), lines
    )


def work(arms: Arms) -> str:
    """What the runs of each arm did."""
    lines = []
    for arm, found in arms.items():
        rows = found.values()
        steps = Counter(step for row in rows for step in row.taken if step != "stop")
        lines.append(
            (
                arm,
                f"{fmean(len(row.candidates) for row in rows):.2f}",
                str(sum(row.repairs_tried for row in rows)),
                str(sum(row.repairs_kept for row in rows)),
                ", ".join(f"{step} {number}" for step, number in sorted(steps.items())) or "none",
            )
        )
    head = ("arm", "candidates a problem, mean", "repairs tried", "repairs kept", "steps taken")
    return _table("What was done", head, lines)


def kinds(arms: Arms) -> str:
    """Right of all, by the number of steps, the family, the mode, and what the words leave open."""
    lines = []
    for name, kind_of in (
        ("steps", lambda row: str(row.steps)),
        ("family", lambda row: row.family),
        ("mode", lambda row: row.mode),
        ("a detail only the samples tell", lambda row: "yes" if row.open else "no"),
    ):
        for kind in sorted({kind_of(row) for found in arms.values() for row in found.values()}):
            of_kind = [[row for row in found.values() if kind_of(row) == kind] for found in arms.values()]
            lines.append((f"{name}: {kind}", *(_right(rows) for rows in of_kind)))
    return _table("Right by kind of problem", ("problems", *arms), lines)


def stated(arms: Arms) -> str:
    """How often the choice was right in each state, against the probability that was shown."""
    states: dict[str, list[Row]] = {}
    for row in arms.get(STATED, {}).values():
        states.setdefault(row.state or "no choice", []).append(row)
    lines = []
    for state, rows in sorted(states.items(), key=lambda each: (-len(each[1]), each[0])):
        shown = [row.probability for row in rows if row.probability is not None]
        told = f"{100 * fmean(shown):.1f}" if shown else "–"
        lines.append((state, *_share([row.passed for row in rows]), told))
    head = ("state", "right", "%", "interval (Wilson)", "% shown")
    return _table(f"Choices of {STATED} by state", head, lines) if lines else ""


def failures(arms: Arms) -> str:
    """Runs that did not end by themselves, by reason."""
    failed = [row for found in arms.values() for row in found.values() if row.failed]
    counts = Counter((row.arm, " ".join(row.failed.split())) for row in failed)
    if not counts:
        return "Every run ended by itself."
    lines = [(arm, why, str(number)) for (arm, why), number in sorted(counts.items())]
    return _table("Runs that failed", ("arm", "reason", "runs"), lines)


def _right(rows: Sequence[Row]) -> str:
    return f"{sum(row.passed for row in rows)} of {len(rows)}" if rows else "–"


def _share(right: Sequence[bool]) -> tuple[str, str, str]:
    low, high = wilson(sum(right), len(right))
    share = 100 * sum(right) / len(right)
    return f"{sum(right)} of {len(right)}", f"{share:.1f}", f"{100 * low:.1f} to {100 * high:.1f}"


def _chance(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _table(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = (head, ["---"] * len(head), *lines)
    cells = ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return f"### {title}\n\n" + "\n".join(cells)
