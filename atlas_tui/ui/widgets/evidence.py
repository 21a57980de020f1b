"""The evidence: one row a sample, one column a program, one verdict a cell; and what proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region
from textual.message import Message

from atlas_tui.events import RunFinished, Verdict
from atlas_tui.problem import Mode, Problem
from atlas_tui.ui import sanitise
from atlas_tui.ui.fold import check_order
from atlas_tui.ui.state import RunState
from atlas_tui.ui.widgets.cells import CellView
from atlas_tui.ui.words import (
    CHANGE_CODES,
    CHANGE_VERDICTS,
    VERDICTS,
    Sign,
    candidate_color,
    check_name,
    is_change,
    middle,
    milliseconds,
    seconds,
    short_names,
    signs,
    size,
)

_PROGRAM = "input", "expected", "printed", "error output"
_CHANGE = "test", "expected", "result", "it said"
"""What is shown of a run: what it was given, what was to come out, what came out, what it said beside it."""

HEAD, WIDEST_HEAD = 10, 44
"""Cells of the first column; at most where tests stand there by their names."""


class EvidenceGrid(CellView):
    """All judged runs. Arrow keys and clicks select one; ``Selected`` tells which."""

    @dataclass
    class Selected(Message):
        """Another run was selected."""

        run: RunFinished | None

    def __init__(self) -> None:
        super().__init__(id="grid")
        self._columns: list[tuple[str, int]] = []
        self._checks: list[str] = []
        self._cells: dict[tuple[str, int, str], RunFinished] = {}
        self._drawn: tuple[object, ...] = ()
        self._problem: Problem | None = None
        self._names: dict[str, str] = {}
        """What the tests of a change are called, by the checks."""
        self._signs: Mapping[Verdict, Sign] = VERDICTS

    def show_runs(self, state: RunState) -> None:
        """Draw the runs there are."""
        runs = state.runs()
        if is_change(state.problem):
            # What cannot be used was run on nothing; its card says so.
            runs = tuple(run for run in runs if run.verdict is not Verdict.CE)
        samples = len(state.problem.samples) if state.problem else 0
        if self._drawn == (runs, samples):
            return
        self._drawn = (runs, samples)
        if self._problem is not state.problem:
            self._problem = state.problem
            self._names = short_names(state.problem) if state.problem else {}
        self._cells = {(run.candidate, run.round, run.check): run for run in runs}
        self._columns = sorted({(run.candidate, run.round) for run in runs})
        self._checks = sorted({run.check for run in runs}, key=check_order)
        self.draw()
        self.post_message(self.Selected(self.selected))

    @property
    def selected(self) -> RunFinished | None:
        """The run under the cursor, None where there is none."""
        column, row = self.cursor
        if column >= len(self._columns) or row >= len(self._checks):
            return None
        return self._cells.get((*self._columns[column], self._checks[row]))

    def point(self, candidate: str, number: int, check: str) -> bool:
        """Select the run of that program; False where there is none."""
        if (candidate, number, check) not in self._cells:
            return False
        self.select(self._columns.index((candidate, number)), self._checks.index(check))
        return True

    def on_resize(self) -> None:
        self.draw()

    def watch_cursor(self) -> None:
        if self._columns:
            self.draw()
            row = self.cursor[1]
            self.scroll_to_region(Region(0, row + 1 if row else 0, 1, 1), animate=False)
            self.post_message(self.Selected(self.selected))

    def on_click(self, event: events.Click) -> None:
        x, y = event.x + self.scroll_offset.x, event.y + self.scroll_offset.y
        if self._columns and y >= 1 and x >= self._head:
            self.select((x - self._head) // self._cell_width(), y - 1)

    def cell_texts(self) -> list[tuple[str, list[str]]]:
        rows = ([self._cells.get((*column, check)) for column in self._columns] for check in self._checks)
        known = signs(self._problem)
        texts = [[shown_by(run, known) if run else "" for run in row] for row in rows]
        wholes = ("\n".join(_sample(check, self._problem)) for check in self._checks)
        return list(zip(wholes, texts, strict=True))

    def select(self, column: int, row: int) -> None:
        if self._columns and self._checks:
            self.cursor = (
                min(max(column, 0), len(self._columns) - 1),
                min(max(row, 0), len(self._checks) - 1),
            )

    def _cell_width(self) -> int:
        room = max(0, self.size.width - self._head) // max(1, len(self._columns))
        return min(36, max(7, room))

    @property
    def _head(self) -> int:
        """Cells of the first column."""
        if not is_change(self._problem):
            return HEAD
        return min(WIDEST_HEAD, max(HEAD, self.size.width * 2 // 5))

    def _called(self, check: str) -> Content:
        """A sample by its number, a test by its name."""
        if is_change(self._problem):
            name = sanitise.one_line(self._names.get(check, check))
            return sanitise.label(middle(name, self._head - 1), "$muted")
        return sanitise.label(check, "$muted")

    def draw(self) -> None:
        if not self._columns:
            self.show(())
            return
        width = self._cell_width()
        self._signs = signs(self._problem)
        detail = _detail(self._cells.values(), width, self._signs)
        head = [_fit(_column_title(*column, width), width) for column in self._columns]
        lines = [Content("").join([Content(" " * self._head), *head])]
        for row, check in enumerate(self._checks):
            name = _fit(self._called(check), self._head)
            cells = [self._cell(column, row, width, detail) for column in range(len(self._columns))]
            lines.append(Content("").join([name, *cells]))
        self.show(lines)

    def _cell(self, column: int, row: int, width: int, detail: int) -> Content:
        run = self._cells.get((*self._columns[column], self._checks[row]))
        if run is None:
            cell = _fit(Content.styled(" ·", "$muted"), width)
        else:
            cell = _fit(_signed(self._signs[run.verdict], _verdict(run, detail, self._signs)), width)
        if (column, row) != self.cursor:
            return cell
        on = "$block-cursor-background" if self.has_focus else "$block-cursor-blurred-background"
        return cell.stylize_before(f"on {on}")


def _column_title(candidate: str, number: int, width: int) -> Content:
    words = f" {candidate}" if not number else f" {candidate} repaired"
    if len(words) >= width:
        words = f" {candidate} r{number}"
    return Content.styled(words, f"{candidate_color(candidate)} bold")


def _verdict(run: RunFinished, detail: int, known: Mapping[Verdict, Sign]) -> str:
    """In words, with time and memory; the fewer the smaller ``detail`` is, the bare code for 0."""
    if not detail:
        return CHANGE_CODES[run.verdict] if known is CHANGE_VERDICTS else str(run.verdict)
    time = milliseconds(run.facts.wall_seconds) if run.facts.wall_seconds else ""
    memory = size(run.facts.peak_bytes) if run.facts.peak_bytes else ""
    return "  ".join(part for part in (known[run.verdict].word, time, memory)[:detail] if part)


def _detail(runs: Iterable[RunFinished], width: int, known: Mapping[Verdict, Sign]) -> int:
    """The most detail at which every cell fits."""
    runs = list(runs)
    return next((n for n in (3, 2, 1) if all(len(_verdict(run, n, known)) + 3 <= width for run in runs)), 0)


def _signed(sign: Sign, words: str) -> Content:
    return Content.assemble((f" {sign.glyph} ", sign.color), words)


def _fit(cell: Content, width: int) -> Content:
    return cell.truncate(width, ellipsis=True).pad_right(max(0, width - cell.cell_length))


def proof(run: RunFinished, problem: Problem | None, *, longest: int = 400) -> Content:
    """What shows that the verdict is right: input, expected output, what came out, a limit it met."""
    words = proved(run, *_sample(run.check, problem), longest=longest, problem=problem)
    if problem is None or not run.facts.limit:
        return words
    limits = problem.limits
    allowed = f"{seconds(limits.cpu_seconds)}, {size(limits.memory_bytes)}"
    return Content.assemble(words, "\n", _block("allowed", allowed, longest))


def proved(
    run: RunFinished,
    given: str,
    expected: str,
    *,
    longest: int = 400,
    judged: bool = True,
    problem: Problem | None = None,
) -> Content:
    """The same with input and expected output given; without a judge, OK is said to be what it is.

    ``problem`` tells how these are called.
    """
    sign, names = signs(problem)[run.verdict], _CHANGE if is_change(problem) else _PROGRAM
    facts = [_judgement(run, sign, problem) if judged or run.verdict is not Verdict.OK else "ended well"]
    if run.facts.wall_seconds:
        facts.append(milliseconds(run.facts.wall_seconds))
    if run.facts.peak_bytes:
        facts.append(size(run.facts.peak_bytes))
    title = Content.assemble(
        (run.candidate, f"{candidate_color(run.candidate)} bold"),
        ("  repaired" if run.round else "") + "  ",
        sanitise.label(check_name(run.check, problem)),
        "  ",
        (sign.glyph, sign.color),
        " " + "  ".join(facts),
    )
    blocks = [title]
    for name, text in zip(names, (given, expected, run.printed), strict=False):
        if text or name == names[2]:
            blocks.append(_block(name, text, longest))
    if run.stderr.strip():
        blocks.append(_block(names[3], run.stderr, longest))
    if run.places:
        where = "\n".join(f"{path}:{line}" for path, line in reversed(run.places))
        blocks.append(_block("at", where, longest))
    for note in run.facts.notes:
        blocks.append(sanitise.label(note, "$muted"))
    return Content("\n").join(blocks)


def _judgement(run: RunFinished, sign: Sign, problem: Problem | None) -> str:
    """The verdict in words, with its code where it has one that people know."""
    return sign.word if is_change(problem) else f"{sign.word} ({run.verdict})"


def shown_by(run: RunFinished, known: Mapping[Verdict, Sign] = VERDICTS) -> str:
    """The words about a run that can be searched for."""
    return f"{known[run.verdict].word}\n{run.printed}\n{run.stderr}"


def _block(name: str, text: str, longest: int) -> Content:
    text = text.strip("\n")
    cut = text if len(text) <= longest else f"{text[:longest]} …"
    if not text:
        return Content.assemble((f"{name:<9}", "$muted"), ("nothing", "$muted italic"))
    if "\n" not in cut and len(cut) <= 60:
        return Content.assemble((f"{name:<9}", "$muted"), sanitise.content(cut))
    return Content.assemble((name, "$muted"), "\n", sanitise.content(cut))


def _sample(check: str, problem: Problem | None) -> tuple[str, str]:
    """Input and expected output of the sample a check is about, as they are written in the statement."""
    number = check_order(check)[1]
    if problem is None or not check.startswith("sample") or not 0 < number <= len(problem.samples):
        return "", ""
    sample = problem.samples[number - 1]
    given = sample.given
    if problem.mode is Mode.FUNCTION:
        given = f"{problem.entry_point}({given.strip()[1:-1]})"
    return given, sample.expected
