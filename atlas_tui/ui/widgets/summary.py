"""What came out of a run: the choice and its reasons, failures, budgets that were used up."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.events import Outcome, Reason
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.words import (
    GRADE_MEANS,
    GRADES,
    OUTCOMES,
    STAGES,
    candidate_color,
    many,
)


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
        if run.preferred:
            preferred = label(f"you prefer {run.preferred.candidate}")
            blocks.append(Content.assemble(("◆ ", "$primary bold"), preferred))
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
