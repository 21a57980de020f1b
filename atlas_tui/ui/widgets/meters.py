"""The lines above and below the candidates: the stages with their budgets, and what the run costs."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.events import Stage
from atlas_tui.ui.state import RunState, StageState
from atlas_tui.ui.widgets.candidate_words import bar
from atlas_tui.ui.words import OUTCOMES, STAGES, count, seconds

ALWAYS = (Stage.OBSERVE, Stage.PLAN, Stage.GENERATE, Stage.EVIDENCE, Stage.CHOOSE)
"""Shown from the start; other stages when they are reached."""
NEARLY = 0.9
"""A share of the context from which on it is marked."""
HEIGHTS = "▁▂▃▄▅▆▇█"
WIDE = 100
"""Columns from which on there is room for a bar."""


def stages(run: RunState, now: float, width: int) -> Content:
    """Each stage's state and length: ✓ done, ▸ under way with what is left of its budget, · to come.

    What is left goes first where room is short, then the lengths.
    """
    if not run.started:
        return Content("")
    reached = {entry.stage: entry for entry in run.stages}
    # In the order they came; those to come behind, in their usual order.
    later = [stage for stage in ALWAYS if stage not in reached] if run.running else []
    for detail in (2, 1, 0):
        line = Content("   " if detail else "  ").join(
            _stage(stage, reached.get(stage), now, detail) for stage in (*reached, *later)
        )
        if line.cell_length <= width - 2:
            return line
    return line.truncate(max(1, width - 2), ellipsis=True)


def _stage(stage: Stage, entry: StageState | None, now: float, detail: int) -> Content:
    name = STAGES[stage]
    if entry is None:
        return Content.styled(f"· {name}", "$muted")
    if entry.running:
        left = entry.left(now) if detail > 1 else None
        rest = "" if left is None else f", {left * 100:.0f} % of budget left"
        return Content.assemble(
            (f"▸ {name}", "$primary bold"), f" {seconds(entry.elapsed(now))}", (rest, "$muted")
        )
    time = f" {seconds(entry.elapsed(now))}" if detail else ""
    return Content.assemble(("✓ ", "$pass"), name, (time, "$muted"))


def meter(run: RunState, now: float, width: int, context: int = 0) -> Content:
    """Prompt reading while it lasts, tokens in and out, context, speed, time; the least important go first.

    ``context`` is how many tokens the loaded model takes, 0 where that is not known.
    """
    if not run.started:
        return Content("")
    left, parts = _doing(run, width), _costs(run, now, context)
    right = _joined(parts)
    while parts and left.cell_length + right.cell_length + 2 > width:
        parts.pop(0)
        right = _joined(parts)
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)


def _doing(run: RunState, width: int) -> Content:
    if run.prefill is not None and run.prefill.done < run.prefill.total:
        reused = f", {count(run.prefill.reused)} reused" if run.prefill.reused else ""
        words = f"reading {count(run.prefill.done)}/{count(run.prefill.total)} tokens{reused}"
        drawn = f"  {bar(run.prefill.done / run.prefill.total)}" if width >= WIDE else ""
        return Content.assemble(("▸ ", "$primary"), words, (drawn, "$primary"))
    if run.ended:
        return Content(OUTCOMES[run.ended.outcome])
    return Content(f"{STAGES[run.stage]}…" if run.stage else "")


def _costs(run: RunState, now: float, context: int) -> list[Content]:
    """The least important first."""
    parts = []
    if run.tokens_in:
        reused = f" ({count(run.tokens_reused)} reused)" if run.tokens_reused else ""
        parts.append(Content(f"{count(run.tokens_in)} in{reused}"))
    if run.joules is not None:
        parts.append(Content(f"{count(round(run.joules))} J measured"))
    parts.append(Content(f"{count(run.pace.tokens)} out"))
    if context and run.running and run.held:
        share = min(1.0, run.held / context)
        parts.append(Content.styled(f"context {share * 100:.0f} %", "$timeout" if share >= NEARLY else ""))
    rate = run.pace.rate(now) if run.running else 0.0
    if rate:
        trend = sparkline(run.trend.rates(now))
        parts.append(Content(f"{rate:.0f} tokens/s" + (f" {trend}" if trend else "")))
    parts.append(Content(seconds(run.elapsed(now))))
    return parts


def _joined(parts: list[Content]) -> Content:
    return Content("   ").join(parts).stylize_before("$muted")


def sparkline(values: tuple[float, ...]) -> str:
    """One block for each value, the highest is full; empty for fewer than two values."""
    most = max(values, default=0.0)
    if len(values) < 2 or not most:
        return ""
    return "".join(HEIGHTS[round(value / most * (len(HEIGHTS) - 1))] for value in values)
