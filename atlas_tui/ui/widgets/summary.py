"""The lines above and below the candidates: stages, the choice and its reasons, what it cost."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.events import Outcome, Reason, Stage
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import RunState, StageState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.words import (
    GRADE_MEANS,
    GRADES,
    OUTCOMES,
    STAGES,
    candidate_color,
    count,
    many,
    seconds,
)

ALWAYS = (Stage.OBSERVE, Stage.PLAN, Stage.GENERATE, Stage.EVIDENCE, Stage.CHOOSE)
"""Shown from the start; other stages when they are reached."""
ORDER = tuple(Stage)


def stages(run: RunState, now: float, width: int) -> Content:
    """Each stage's state and length: ✓ done, ▸ under way, · to come. Lengths go first where room is short."""
    if not run.started:
        return Content("")
    reached = {entry.stage: entry for entry in run.stages}
    shown = [stage for stage in _sequence(reached) if stage in reached or (stage in ALWAYS and run.running)]
    for timed in (True, False):
        line = Content("   " if timed else "  ").join(
            _stage(stage, reached.get(stage), now, timed) for stage in shown
        )
        if line.cell_length <= width - 2:
            return line
    return line.truncate(max(1, width - 2), ellipsis=True)


def _sequence(reached: dict[Stage, StageState]) -> list[Stage]:
    """In the order they came; those to come behind, in their usual order."""
    later = [stage for stage in (*ALWAYS,) if stage not in reached]
    return [*reached, *later]


def _stage(stage: Stage, entry: StageState | None, now: float, timed: bool) -> Content:
    name = STAGES[stage]
    if entry is None:
        return Content.styled(f"· {name}", "$muted")
    if entry.running:
        return Content.assemble((f"▸ {name}", "$primary bold"), f" {seconds(entry.elapsed(now))}")
    time = f" {seconds(entry.elapsed(now))}" if timed else ""
    return Content.assemble(("✓ ", "$pass"), name, (time, "$muted"))


def verdict(run: RunState, width: int = 0) -> Content:
    """What came out and why: the choice with its grade and reasons, a failure, or that it was cancelled."""
    blocks: list[Content] = []
    for failure in run.failures:
        words = f"{failure.what}: {failure.why}" if failure.why else failure.what
        blocks.append(hang(Content.styled("✗ ", "$fail"), label(words, longest=400), width))
        if failure.todo:
            blocks.append(hang(Content("  "), label(failure.todo, "$muted"), width))
    for spent in run.budgets:
        of = STAGES[spent.stage] if spent.scope == "stage" else "the run"
        words = f"the {spent.limit:,g} {spent.unit} of {of} are used up".replace(",", " ")
        blocks.append(hang(Content.styled("◷ ", "$timeout"), Content(words), width))
    if run.chosen:
        blocks += _choice(run, width)
    elif run.ended and run.ended.outcome is not Outcome.FAILED:
        stage = f" while the stage was: {STAGES[run.cancelled.stage]}" if run.cancelled else ""
        blocks.append(Content.assemble(("– ", "$muted"), OUTCOMES[run.ended.outcome] + stage))
    return Content("\n").join(blocks)


def _choice(run: RunState, width: int) -> list[Content]:
    chosen = run.chosen
    assert chosen is not None
    sign = GRADES[chosen.grade]
    passed = f"{chosen.passed}/{many(chosen.samples, 'sample')}" if chosen.samples else "no samples"
    title = Content.assemble(
        (chosen.candidate, f"{candidate_color(chosen.candidate)} bold"),
        (" is chosen  ", "bold"),
        (f"{sign.glyph} {sign.word}", f"{sign.color} bold"),
        f"  {passed}",
    )
    meaning = hang(Content("  "), Content.styled(GRADE_MEANS[chosen.grade], "$muted"), width)
    return [title, meaning, *(_reason(reason, width) for reason in chosen.reasons)]


def _reason(reason: Reason, width: int) -> Content:
    mark = Content.styled("▸ ", "$primary bold") if reason.decided else Content.styled("· ", "$muted")
    text = Content.assemble((f"{reason.rule}: ", "$heading"), label(reason.text, longest=400))
    return hang(mark, text, width)


def meter(run: RunState, now: float, width: int) -> Content:
    """Prompt reading while it lasts, tokens in and out, speed, time; the least important go first."""
    if not run.started:
        return Content("")
    left = Content("")
    if run.prefill is not None and run.prefill.done < run.prefill.total:
        reused = f", {count(run.prefill.reused)} reused" if run.prefill.reused else ""
        words = f"reading {count(run.prefill.done)}/{count(run.prefill.total)} tokens{reused}"
        left = Content.assemble(("▸ ", "$primary"), words)
    elif run.ended:
        left = Content(OUTCOMES[run.ended.outcome])
    elif run.stage:
        left = Content(f"{STAGES[run.stage]}…")
    parts = [seconds(run.elapsed(now))]
    rate = run.pace.rate(now) if run.running else 0.0
    if rate:
        parts.insert(0, f"{rate:.0f} tokens/s")
    parts.insert(0, f"{count(run.pace.tokens)} out")
    if run.tokens_in:
        reused = f" ({count(run.tokens_reused)} reused)" if run.tokens_reused else ""
        parts.insert(0, f"{count(run.tokens_in)} in{reused}")
    right = Content.styled("   ".join(parts), "$muted")
    while parts and left.cell_length + right.cell_length + 2 > width:
        parts.pop(0)
        right = Content.styled("   ".join(parts), "$muted")
    return Content.assemble(left, " " * max(1, width - left.cell_length - right.cell_length), right)
