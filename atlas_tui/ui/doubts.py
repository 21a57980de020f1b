"""What is known of a change before it is written, and why it should not be written unseen. Pure."""

from __future__ import annotations

from atlas_tui.events import Grade, SubsetTested
from atlas_tui.ui import reviewing
from atlas_tui.ui.reviewing import Review, Standing
from atlas_tui.ui.state import RunState
from atlas_tui.ui.words import deciding, grade_means, mended


def standing(run: RunState, review: Review, tested: SubsetTested | None) -> Standing:
    """Of the files exactly as they would be written; ``tested`` is the test of these bytes, if any."""
    if tested is not None or not review.whole:
        return reviewing.standing(review, tested)
    if said := _of_candidate(run, review.label):
        return Standing(said, "$fail")
    chosen = run.chosen is not None and run.chosen.candidate == review.label
    return Standing("" if chosen else f"passes all {deciding(run.problem)}s", "$pass", good=True)


def doubt(run: RunState, review: Review, tested: SubsetTested | None) -> str:
    """Why it should not be written unseen; empty when what is taken passed everything that decides."""
    known = standing(run, review, tested)
    if not any(file.writes for file in review.judged):
        return ""
    if known.good:
        return grade_means(run.problem)[Grade.UNVERIFIED] if _shows_nothing(run) else ""
    if review.whole and known.untested:
        return _of_candidate(run, review.label)
    if known.untested:
        return "what is taken of it was not tested"
    return known.words if review.whole else f"what is taken of it fails: {known.words}"


def _shows_nothing(run: RunState) -> bool:
    """No test failed before the change: that all pass after it proves nothing, whoever made it."""
    project = run.problem.project if run.problem else None
    return project is not None and not project.required


def _of_candidate(run: RunState, label: str) -> str:
    """Of all that the candidate wrote."""
    chosen = run.chosen
    if chosen and chosen.candidate == label:
        good, passed, samples = chosen.grade is not Grade.UNVERIFIED, chosen.passed, chosen.samples
        program = run.program_of(label)
    else:
        entry = run.candidate(label)
        program = entry.standing if entry else None
        samples = len(run.problem.samples) if run.problem else 0
        passed = program.passed if program else 0
        good = 0 < samples == passed and not _shows_nothing(run)
    if good:
        return ""
    if run.problem is not None and program is not None and (told := mended(run.problem, program.runs)):
        # What passes everything and is not verified has nothing to show for it.
        return f"it {told}" if passed < samples else grade_means(run.problem)[Grade.UNVERIFIED]
    return f"it passes {passed} of {samples} {deciding(run.problem)}s" if samples else "nothing was checked"
