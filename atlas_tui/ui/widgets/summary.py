"""What came out of a run: the choice and its reasons, failures, budgets that were used up."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.events import Chosen, Outcome, Reason
from atlas_tui.problem import Problem
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.widgets.told import Paragraph
from atlas_tui.ui.words import (
    OUTCOMES,
    STAGES,
    candidate_color,
    deciding,
    grade_means,
    grade_sign,
    many,
    mended,
    rule_name,
)


def verdict(run: RunState, width: int = 0) -> list[Paragraph]:
    """What came out and why: the choice with its grade and reasons, a failure, or that it was cancelled."""
    told: list[Paragraph] = []
    for failure in run.failures:
        words = f"{failure.what}: {failure.why}" if failure.why else failure.what
        told.append(Paragraph(hang(Content.styled("✗ ", "$fail"), label(words, longest=400), width)))
        if failure.todo:
            told.append(Paragraph(hang(Content("  "), label(failure.todo, "$muted"), width)))
    for spent in run.budgets:
        of = STAGES[spent.stage] if spent.scope == "stage" else "the run"
        words = f"the {spent.limit:,g} {spent.unit} of {of} are used up".replace(",", " ")
        told.append(Paragraph(hang(Content.styled("◷ ", "$timeout"), Content(words), width)))
    if run.chosen:
        told += _choice(run, run.chosen, width)
        if run.preferred:
            preferred = label(f"you prefer {run.preferred.candidate}")
            told.append(Paragraph(Content.assemble(("◆ ", "$primary bold"), preferred)))
    elif run.ended and run.ended.outcome is not Outcome.FAILED:
        stage = f" while the stage was: {STAGES[run.cancelled.stage]}" if run.cancelled else ""
        told.append(Paragraph(Content.assemble(("– ", "$muted"), OUTCOMES[run.ended.outcome] + stage)))
    return told


def passes(run: RunState, chosen: Chosen, between: str) -> str:
    """What the choice passes: ``3/4 samples``, with that ``between``; of a change, what it mends."""
    program, everything = run.program_of(chosen.candidate), 0 < chosen.samples == chosen.passed
    runs = program.runs if program is not None else ()
    if run.problem is not None and (told := mended(run.problem, runs, everything=everything)):
        return told
    noun = deciding(run.problem)
    return f"{chosen.passed}{between}{many(chosen.samples, noun)}" if chosen.samples else f"no {noun}s"


def _choice(run: RunState, chosen: Chosen, width: int) -> list[Paragraph]:
    problem = run.problem
    sign = grade_sign(chosen.grade, problem)
    title = Content.assemble(
        (chosen.candidate, f"{candidate_color(chosen.candidate)} bold"),
        (" is chosen  ", "bold"),
        (f"{sign.glyph} {sign.word}", f"{sign.color} bold"),
        f"  {passes(run, chosen, '/')}",
    )
    meaning = hang(Content("  "), Content.styled(grade_means(problem)[chosen.grade], "$muted"), width)
    reasons = (reason(each, width, problem=problem) for each in chosen.reasons)
    return [Paragraph(hang(Content(""), title, width)), Paragraph(meaning), *reasons]


def reason(
    found: Reason, width: int, more: Content | None = None, *, problem: Problem | None = None
) -> Paragraph:
    """What one rule found, marked where it decided; ``more`` stands behind it."""
    mark = Content.styled("▸ ", "$primary bold") if found.decided else Content.styled("· ", "$muted")
    rule = rule_name(found.rule, problem)
    text = Content.assemble((f"{rule}: ", "$heading"), label(found.text, longest=400))
    return Paragraph(hang(mark, Content.assemble(text, "  ", more) if more else text, width), found)
