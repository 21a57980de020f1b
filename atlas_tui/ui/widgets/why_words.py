"""The words of the screen that tells why one candidate won: verdict, repairs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from textual.content import Content

from atlas_tui.events import FailureFound, Reason, RepairTried, Verdict
from atlas_tui.facts import FAILURES
from atlas_tui.problem import Problem
from atlas_tui.ui import between, sanitise
from atlas_tui.ui.comparison import Cell, Kind, Row
from atlas_tui.ui.sanitise import label
from atlas_tui.ui.state import Attempt, Candidate, RunState
from atlas_tui.ui.widgets import summary
from atlas_tui.ui.widgets.hang import hang
from atlas_tui.ui.widgets.told import Paragraph
from atlas_tui.ui.words import (
    CHANGE_VERDICTS,
    VERDICTS,
    candidate_color,
    check_name,
    grade_sign,
    is_change,
    many,
    program_word,
    rule_name,
)

LONGEST_DIFF = 24
"""Lines of a repair that are shown in the tree; the rest is behind a key."""

_COLORS = {"+": "$diff-add-text", "-": "$diff-del-text", "@": "$muted"}


def verdict(run: RunState, width: int) -> list[Paragraph]:
    """Who won, in a sentence; below it each rule and what it found, those that decided marked."""
    chosen = run.chosen
    if chosen is None:
        nothing = Paragraph(Content.styled("nothing is chosen yet", "$muted"))
        return summary.verdict(run, width) or [nothing]
    decided = [reason for reason in chosen.reasons if reason.decided]
    sign = grade_sign(chosen.grade, run.problem)
    title = Content.assemble(
        (chosen.candidate, f"{candidate_color(chosen.candidate)} bold"),
        (f" {_how(run, decided)}", "bold"),
        "  ",
        (f"{sign.glyph} {sign.word}", f"{sign.color} bold"),
        f"  {summary.passes(run, chosen, ' of ')}",
    )
    told = [Paragraph(hang(Content(""), title, width))]
    told += [summary.reason(each, width, _scores(each), problem=run.problem) for each in chosen.reasons]
    if chosen.tied:
        words = f"no rule told it from {', '.join(chosen.tied)}: the first by its letter was taken"
        told.append(Paragraph(hang(Content.styled("· ", "$muted"), label(words), width)))
    if run.preferred and run.preferred.candidate:
        words = f"you prefer {run.preferred.candidate}: that is recorded, the choice stays"
        told.append(Paragraph(hang(Content.styled("◆ ", "$primary"), label(words), width)))
    if chosen.probability is not None:
        words = f"{chosen.probability * 100:.0f} % of recorded choices like this one were right"
        told.append(Paragraph(hang(Content.styled("· ", "$muted"), Content(words), width)))
    return told


def _how(run: RunState, decided: Sequence[Reason]) -> str:
    others = [entry.label for entry in run.candidates if run.chosen and entry.label != run.chosen.candidate]
    if not others:
        return "is the only candidate"
    if decided:
        rules = [rule_name(one_rule.rule, run.problem) for one_rule in decided]
        return f"wins by {' and '.join(rules)}"
    return "is taken: no rule decided" if run.chosen and run.chosen.tied else "is chosen"


def _scores(reason: Reason) -> Content:
    # Of two sizes the smaller is better, and the rules want the greater number.
    sign = -1 if reason.rule == "length" else 1
    return label("   ".join(f"{name} {sign * value:g}" for name, value in reason.scores), "$muted")


def repairs(run: RunState, entry: Candidate | None, width: int) -> Content:
    """The programs of a candidate as a tree: what each repair saw, changed and came to."""
    kind = program_word(run.problem)
    first = next((each for each in entry.attempts if each.code is not None), None) if entry else None
    if entry is None or first is None:
        return Content.styled(f"there is no {kind}", "$muted")
    if not entry.repairs:
        return Content.assemble(_dots(first), "  ", ("not repaired", "$muted"))
    lines = [Content.assemble((f"r{first.round} ", "bold"), f"first {kind}  ", _dots(first))]
    lines += _children(run, entry, first.round, 1, width)
    return Content("\n").join(lines)


def _children(run: RunState, entry: Candidate, number: int, depth: int, width: int) -> Iterator[Content]:
    """The repairs made from one program, each with what was made from it."""
    parent = _attempt(entry, number)
    for tried in entry.repairs:
        # What says that it was made from a later program is no repair of it: the walk has to end.
        if tried.parent == number < tried.round:
            yield from _step(run, entry, parent, tried, depth, width)
            yield from _children(run, entry, tried.round, depth + 1, width)


def _step(
    run: RunState, entry: Candidate, parent: Attempt | None, tried: RepairTried, depth: int, width: int
) -> Iterator[Content]:
    made, indent = _attempt(entry, tried.round), "  " * (depth - 1)
    sign, color = ("✓ kept", "$pass") if tried.kept else ("– dropped", "$muted")
    title = Content.assemble(
        (f"{indent}└ r{tried.round} ", "bold"),
        label(tried.perspective, longest=40),
        "  ",
        (sign, color),
        "  ",
        _dots(made) if made else "",
    )
    yield title
    inside = Content(f"{indent}  ")
    if failure := _failure(run, entry.label, tried):
        yield hang(inside, Content.styled(f"seen: {failure}", "$muted"), width)
    yield hang(inside, label(tried.reason, longest=400), width)
    if news := _news(parent, made, run.problem):
        yield hang(inside, news, width)
    if parent and made and parent.code is not None and made.code is not None:
        yield from (hang(inside, line, width) for line in _what_changed(run, parent, made))


def _attempt(entry: Candidate, number: int) -> Attempt | None:
    return next((each for each in entry.attempts if each.round == number), None)


def _failure(run: RunState, name: str, tried: RepairTried) -> str:
    if tried.failure is not None:
        return FAILURES[tried.failure]
    found = [each for each in run.rungs if isinstance(each, FailureFound) and each.candidate == name]
    return next((FAILURES[each.failure] for each in found if each.round == tried.parent), "")


def _dots(attempt: Attempt) -> Content:
    """One sign a sample, and how many it passes."""
    if attempt.error:
        return Content.styled("✗ cannot be run", "$fail")
    if not attempt.runs:
        return Content.styled("not run", "$muted")
    signs = [VERDICTS[ran.verdict] for ran in attempt.runs]
    dots = [Content.styled(sign.glyph, sign.color) for sign in signs]
    return Content.assemble(*dots, f" {attempt.passed}/{len(attempt.runs)}")


def _news(parent: Attempt | None, made: Attempt | None, problem: Problem | None) -> Content:
    """The samples on which the repair changed the verdict."""
    if parent is None or made is None:
        return Content("")
    before = {ran.check: ran.verdict for ran in parent.runs}
    changed = [
        (check_name(ran.check, problem), old, ran.verdict)
        for ran in made.runs
        if (old := before.get(ran.check)) is not None and old is not ran.verdict
    ]
    return Content("   ").join(_change(*each) for each in changed)


def _change(check: str, old: Verdict, new: Verdict) -> Content:
    one, two = VERDICTS[old], VERDICTS[new]
    return Content.assemble(label(check), " ", (one.glyph, one.color), " → ", (two.glyph, two.color))


def _what_changed(run: RunState, parent: Attempt, made: Attempt) -> list[Content]:
    """The lines that a repair changed; what is too long ends in a word about the rest."""
    if is_change(run.problem):
        lines = [line for file in between.texts(parent, made) for line in _of_file(*file)]
    else:
        lines = _diff(parent.code or "", made.code or "")
    if not lines:
        return [Content.styled(f"the same {program_word(run.problem)}", "$muted")]
    shown, rest = lines[:LONGEST_DIFF], len(lines) - LONGEST_DIFF
    more = [Content.styled(f"… {many(rest, 'more line')}: b shows all", "$muted")] if rest > 0 else []
    return [*shown, *more]


def _of_file(path: str, old: str | None, new: str | None) -> list[Content]:
    """What became of one file of a change."""
    if new is None:
        return [Content.styled(f"{sanitise.one_line(path, 200)} stays as it was", "$heading")]
    if old is None:
        return [Content.styled(f"{sanitise.one_line(path, 200)} is changed too", "$heading")]
    return [Content.styled(sanitise.one_line(path, 200), "$heading"), *_diff(old, new)]


def _diff(old: str, new: str) -> list[Content]:
    """The lines that changed, with one around them."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]
    return [
        Content.styled(sanitise.one_line(line, 400, strip=False), _COLORS.get(line[:1], "")) for line in lines
    ]


def empty(running: bool) -> Content:
    """Why there is nothing to compare."""
    if running:
        return Content("Nothing was run yet: the comparison will be shown here.")
    return Content.assemble(
        ("Nothing to compare yet.\n\n", "$heading bold"),
        "Solve a problem first (",
        ("F2", "$primary bold"),
        ").",
    )


def cell_words(verdict_: Verdict, printed: str, expected: str, seconds: str) -> str:
    """A judged cell in a few words: what it gave and what it should have, or how long it took."""
    if verdict_ is Verdict.OK:
        return seconds or VERDICTS[verdict_].word
    given, wanted = printed.strip(), expected.strip()
    if verdict_ is Verdict.WA and given and wanted and "\n" not in given + wanted:
        return f"{sanitise.one_line(given, 40)} ≠ {sanitise.one_line(wanted, 40)}"
    return VERDICTS[verdict_].word


def alone(row: Row) -> str:
    """Where one candidate alone gave something else than all others, a sentence; elsewhere nothing.

    It is made from what their programs gave on that input, not from their code.
    """
    groups: dict[tuple[object, ...], list[str]] = {}
    for name, cell in row.cells.items():
        groups.setdefault(_outcome(row, cell), []).append(name)
    if len(groups) != 2:
        return ""
    few, rest = sorted(groups.values(), key=lambda names: (len(names), names))
    if len(few) != 1:
        return ""
    who = f"only {few[0]} differs" if len(rest) > 1 else f"{few[0]} and {rest[0]} differ"
    told = (f"{' and '.join(names)} {_gave(row, row.cells[names[0]])}" for names in (few, rest))
    return f"{who} here: {'; '.join(told)}"


def _outcome(row: Row, cell: Cell) -> tuple[object, ...]:
    """What of a cell is compared; a right answer may be written in more than one way."""
    ran = cell.run
    if cell.group >= 0:
        return ran.verdict, cell.group
    if row.of_change:
        return (ran.verdict,)
    return ran.verdict, "" if _right(row, cell) else ran.printed.strip()


def _right(row: Row, cell: Cell) -> bool:
    return cell.run.verdict is Verdict.OK and row.kind in (Kind.SAMPLE, Kind.TEST)


def _gave(row: Row, cell: Cell) -> str:
    ran = cell.run
    if row.of_change:
        return CHANGE_VERDICTS[ran.verdict].word
    if ran.verdict in (Verdict.OK, Verdict.WA):
        printed = row.expected if _right(row, cell) else ran.printed
        return f"printed {sanitise.one_line(printed, 40) or 'nothing'}"
    word = VERDICTS[ran.verdict].word
    return f"was {word}" if word.startswith("too ") else word
