"""The words of the review screen, from what is on the desk."""

from __future__ import annotations

from textual.content import Content

from atlas_tui.ui.desk import Desk
from atlas_tui.ui.reviewing import Review, together
from atlas_tui.ui.sanitise import label, one_line
from atlas_tui.ui.widgets.candidate_words import dots
from atlas_tui.ui.words import candidate_color, deciding, grade_sign, is_change, many


def choices(desk: Desk) -> Content:
    """The candidates by number, with what each passes; the one under review is marked."""
    run, parts = desk.run, []
    usable = run.usable()
    total = len(run.problem.samples) if run.problem else 0
    for number, entry in enumerate(run.candidates, 1):
        here = entry.label == desk.label
        name = (f"{'▸' if here else ' '}{number} {entry.label} ", f"{candidate_color(entry.label)} bold")
        attempt = entry.standing
        if entry.label not in usable or attempt is None:
            words = Content.styled("no change" if is_change(run.problem) else "no program", "$muted")
        else:
            counted = f" {attempt.passed}/{total}" if total else f"no {deciding(run.problem)}s"
            words = Content.assemble(dots(attempt, total), counted)
        chosen = "  chosen" if run.chosen and run.chosen.candidate == entry.label else ""
        parts.append(Content.assemble(name, words, (chosen, "bold")))
    return Content("   │  " if len(parts) <= 3 else " │").join(parts)


def flags(review: Review | None) -> Content:
    """Why the candidate is not chosen by itself; each on a line."""
    told = review.flags if review else ()
    return Content("\n").join([label(f"! not chosen by itself: {flag}", longest=200) for flag in told])


def title(desk: Desk, hunk: int) -> Content:
    """What is compared with what, which hunk is under the cursor, how many are taken, what is known of it."""
    changes, review = desk.changes, desk.review
    if review is None:
        return Content("")
    words = Content.styled(one_line(changes.against.words(review.label), 60), "bold")
    if changes.compared is not None:
        count = len(changes.compared.hunks)
        where = f"  hunk {hunk}/{count}" if count else "  no difference"
        also = f"  {changes.against.label or 'it'} also changes {', '.join(changes.only_there)}"
        there = label(also if changes.only_there else "", "$timeout", 80)
        return Content.assemble(words, where, ("  to look at only", "$muted"), there)
    file = review.file
    count, taken = len(file.change.hunks), len(file.taken)
    if count:
        words = Content.assemble(
            words, f"  hunk {hunk}/{count}  ", (f"✓ {taken} taken", "$pass" if taken else "$muted"), "  ",
            (f"✗ {count - taken} left", "$timeout" if count > taken else "$muted"),
        )  # fmt: skip
    if file.tests:
        return Content.assemble(words, ("  optional, not run here", "$muted"))
    return Content.assemble(words, "  ", _verdict(desk, review))


def _verdict(desk: Desk, review: Review) -> Content:
    """What the samples say about the target exactly as it would be written, or about the whole candidate."""
    changes, chosen = desk.changes, desk.run.chosen
    if changes.testing:
        return Content.styled("◌ in the sandbox…", "$timeout")
    standing = changes.standing()
    by_itself = review.whole and not standing.words.startswith(("✓ tested", "✗ tested"))
    if by_itself and chosen and chosen.candidate == review.label:
        sign = grade_sign(chosen.grade, desk.run.problem)
        passed = f" {chosen.passed}/{chosen.samples}" if chosen.samples else ""
        return Content.assemble((f"{sign.glyph} {sign.word}", f"{sign.color} bold"), passed)
    if by_itself:
        return Content.styled("not the chosen one", "$timeout")
    return Content.styled(one_line(standing.words, 60), f"{standing.color} bold")


def state(desk: Desk, fault: str, busy: str) -> Content:
    """What is on disk of it, what went wrong, and what can be done about it."""
    changes = desk.changes
    if busy:
        return Content.styled(busy, "$timeout")
    if changes.moved and changes.writable:
        path, why = next(iter(changes.moved.items()))
        return Content.assemble(
            ("! moved ", "$fail bold"), label(path, "bold", 40), ": ", label(why, longest=100), "  ",
            ("r", "$primary bold"), " reads it again  ", ("w", "$primary bold"), " shows it three ways",
        )  # fmt: skip
    if fault:
        return Content.styled(f"✗ {fault}", "$fail")
    return _on_disk(desk)


def _on_disk(desk: Desk) -> Content:
    changes, run = desk.changes, desk.run
    if run.reverted:
        return Content.assemble(
            ("↺ reverted ", "$timeout"), label(run.reverted.commit[:10]), " takes the commit back"
        )
    if run.committed:
        branch = f" on {one_line(run.committed.branch, 30)}" if run.committed.branch else ""
        return Content.assemble(
            ("✓ committed ", "$pass"), label(run.committed.commit[:10]), branch, "  ",
            label(run.committed.message.partition("\n")[0], "$muted", 60),
        )  # fmt: skip
    if run.applied:
        paths = together(run.writes)
        how = "as a new file" if run.applied.created else "into the file"
        how = f"{many(len(paths), 'file')} at once" if len(paths) > 1 else how
        return Content.assemble(
            ("✓ written ", "$pass"), how, "  ", label(", ".join(paths), "$muted", 80),
            ("  not committed" if _all_written(desk) else "  u takes it back, to take more", "$muted"),
        )  # fmt: skip
    if run.undone:
        paths = together(run.taken_back) if run.taken_back else (run.undone.path,)
        are = "are as they were before" if len(paths) > 1 else "is as it was before"
        return Content.assemble(("↺ undone ", "$timeout"), label(", ".join(paths), longest=80), f" {are}")
    review = changes.review
    if review is not None and not any(file.change.hunks or file.writes for file in review.judged):
        return Content.styled("the file already holds exactly this", "$muted")
    if review is not None and review.merged:
        return Content.styled("nothing is written yet; this is the merge with your edits", "$muted")
    return Content.styled("nothing is written yet", "$muted")


def _all_written(desk: Desk) -> bool:
    """Nothing of what was reviewed was left."""
    written = desk.changes.written
    return written is None or all(len(file.taken) == len(file.change.hunks) for file in written.judged)


def empty(desk: Desk, fault: str) -> Content:
    """Why there is no diff."""
    if fault:
        return Content.styled(fault, "$fail")
    if desk.run.running:
        return Content("The run is still going; its choice will be shown here.")
    if desk.run.started and not desk.run.usable():
        return Content("The run gave nothing to look at.")
    if desk.run.started:
        return Content("reading the files…")
    return Content.assemble(
        ("Nothing to review yet.\n\n", "$heading bold"),
        "Solve a problem first (",
        ("F2", "$primary bold"),
        ").",
    )
