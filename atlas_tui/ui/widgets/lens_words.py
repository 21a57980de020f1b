"""What is told of the learned score: a bar with its spread, the margin between candidates, the state."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textual.content import Content

from atlas_tui.events import LensScored
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import Candidate, RunState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.words import candidate_color

BAR, WIDEST_BAR = 8, 24
"""Cells of a score's bar: on a card, and at most where there is room."""
UNTRAINED = "untrained"
STATES = {
    "open": "open: it decides where the rules before it leave a tie",
    "closed": "closed, not used: it did not prove to choose better than the other rules",
    UNTRAINED: "untrained: it has no part in the choice",
}


@dataclass(frozen=True, slots=True)
class Margin:
    """How far the best score lies above that of the runner-up."""

    best: str
    second: str
    value: float
    spread: float | None
    """Of the difference, from the spreads of both; None where one is not known."""


def scored(found: LensScored | None) -> bool:
    """There is a number to show."""
    return found is not None and found.state != UNTRAINED and _score(found) is not None


def _score(found: LensScored) -> float | None:
    return found.score if found.score is not None and math.isfinite(found.score) else None


def state(run: RunState) -> str:
    """The state of the lens in this run, in one word; of both where it changed."""
    found = {str(entry.lens.state) for entry in run.candidates if entry.lens is not None}
    return " and ".join(sorted(found)) or UNTRAINED


def margin(run: RunState) -> Margin | None:
    """Between the two programs with the best scores; None where fewer have one."""
    found = [
        (score, entry.label, entry.lens.spread)
        for entry in run.candidates
        if entry.lens and scored(entry.lens) and entry.lens.subject == "candidate"
        if (score := _score(entry.lens)) is not None
    ]
    if len(found) < 2:
        return None
    (high, best, one), (low, second, other) = sorted(found, key=lambda each: -each[0])[:2]
    spread = math.hypot(one, other) if one is not None and other is not None else None
    return Margin(best, second, high - low, spread)


def bar(score: float, spread: float | None, cells: int) -> Content:
    """A score from 0 to 1 as a bar, the part that is within its spread marked; any other has none."""
    if not 0 <= score <= 1:
        return Content("")
    low = high = round(score * cells)
    if spread is not None and 0 < spread < math.inf:
        low = math.floor(max(0.0, score - spread) * cells)
        high = math.ceil(min(1.0, score + spread) * cells)
    return Content.assemble(
        ("▇" * low, "$primary"), ("▒" * (high - low), "$primary"), ("▁" * (cells - high), "$muted")
    )


def card(entry: Candidate, run: RunState, room: int = 0) -> Content:
    """The score of one candidate in one line, with as much beside it as ``room`` cells hold; 0 holds all."""
    said = entry.lens
    if not scored(said) or said is None or said.score is None:
        word = state(run) if said is None else said.state
        return Content.styled(f"lens {word}" + ("" if word == UNTRAINED else ", no score"), "$muted")
    name = f"lens {said.state} {'plan ' if said.subject == 'plan' else ''}"
    short = f" ±{said.spread:.2f}" if said.spread is not None else ""
    drawn, number = bar(said.score, said.spread, BAR), f"{said.score:.2f}"
    drawn = Content.assemble(drawn, " ") if drawn else drawn
    whole = f"{number}{short or ', spread unknown'}"
    forms = [
        Content.assemble((name, "$muted"), drawn, whole, (_distance(entry, run), "$muted")),
        Content.assemble((name, "$muted"), drawn, whole),
        Content.assemble((name, "$muted"), number, short),
    ]
    return next((form for form in forms if not room or form.cell_length <= room), forms[-1])


def _distance(entry: Candidate, run: RunState) -> str:
    """From the best to the runner-up, and from any other to the best."""
    found, said = margin(run), entry.lens
    if found is None or said is None or said.score is None or said.subject == "plan":
        return ""
    if entry.label == found.best:
        return f", {found.value:+.2f} to {label(found.second)}"
    best = run.candidate(found.best)
    ahead = best.lens.score if best and best.lens else None
    return "" if ahead is None else f", {said.score - ahead:+.2f} to {label(found.best)}"


def panel(run: RunState, width: int) -> Content:
    """The scores of all candidates, the margin, and what part the lens has in the choice."""
    said = [(entry, entry.lens) for entry in run.candidates if entry.lens is not None]
    told = STATES.get(state(run), f"{state(run)}: its gate changed in this run")
    ending = hang(Content(""), Content.styled(told, "$muted"), width)
    if not any(scored(found) for _, found in said):
        if said and state(run) != UNTRAINED:
            return Content.assemble(Content.styled("no score was computed", "$muted"), "\n", ending)
        return ending
    lines = [_line(entry.label, found, width) for entry, found in said]
    if (found := margin(run)) is not None:
        lines.append(hang(Content(""), _told(found), width))
    return Content("\n").join([*lines, ending])


def _line(name: str, found: LensScored, width: int) -> Content:
    title = Content.assemble(
        label(f"{name} ", f"{candidate_color(name)} bold"),
        " ",
        ("plan     " if found.subject == "plan" else "program  ", "$muted"),
    )
    score = _score(found)
    if score is None or not scored(found):
        return Content.assemble(title, ("no score", "$muted"))
    spread = f" ± {found.spread:.2f}" if found.spread is not None else ", spread unknown"
    number = f"{score:.2f}{spread}"
    cells = max(BAR, min(WIDEST_BAR, width - title.cell_length - len(number) - 1))
    drawn = bar(score, found.spread, cells)
    return Content.assemble(title, drawn, " " if drawn else "", number)


def _told(found: Margin) -> Content:
    """The margin in a sentence, and whether it is more than what the folds differ by."""
    if not found.value:
        return Content.assemble(label(f"{found.best} and {found.second} have the same score"))
    words = f"{found.best} leads {found.second} by {found.value:.2f}"
    if found.spread is not None:
        sure = found.value > found.spread
        words += ", beyond their spread" if sure else ", within their spread"
    return label(words)
