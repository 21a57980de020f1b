"""Everything the candidates were run on, as one table of plain values. No Textual here.

Columns are candidates, each with the program it stands for; rows are samples, tests the model wrote, inputs
whose answers nobody knows, and outputs the model judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from atlas_tui.events import (
    AgreementFound,
    Facts,
    Gave,
    RunFinished,
    SplitInput,
    SplitJudged,
    TestsRun,
    TestsWritten,
    Verdict,
)
from atlas_tui.problem import Mode, Problem
from atlas_tui.ui.state import Attempt, Candidate, RunState
from atlas_tui.ui.words import is_change, short_names


class Kind(StrEnum):
    """What a row is about."""

    SAMPLE = "sample"
    """Its answer stands in the statement."""
    TEST = "self-test"
    """Its answer is the model's guess."""
    INPUT = "input"
    """Its answer is not known: the outputs are compared."""
    JUDGED = "judged"
    """The model judged which of two outputs is right."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one candidate gave on one input."""

    run: RunFinished
    group: int = -1
    """Candidates with the same number gave the same; -1 where it was not compared."""


@dataclass(frozen=True, slots=True)
class Row:
    """One input, with the cell of each candidate that was run on it, by label."""

    kind: Kind
    name: str
    given: str
    expected: str = ""
    """Empty where the answer is not known."""
    note: str = ""
    """What more is known about it, in a few words."""
    cells: dict[str, Cell] = field(default_factory=dict)
    test: str = ""
    """Of a change in a repository: the test, or tests, by its name; it stands in place of ``name``."""
    brief: str = ""
    """The same without what all of them begin with; empty where there is nothing to leave out."""

    @property
    def title(self) -> str:
        """What it is called on the screen."""
        return self.test or self.name

    @property
    def of_change(self) -> bool:
        """It is about tests that pass or fail, not about outputs."""
        return bool(self.test)

    @property
    def tells(self) -> bool:
        """Whether it tells candidates apart."""
        return len({(cell.run.verdict, cell.group) for cell in self.cells.values()}) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole table."""

    columns: tuple[str, ...] = ()
    """Labels of the candidates that have a program."""
    rounds: dict[str, int] = field(default_factory=dict)
    """The round of the program each of them stands for."""
    rows: tuple[Row, ...] = ()


def comparison(run: RunState) -> Comparison:
    """The table of a run, as far as it has come."""
    programs = {entry.label: program for entry in run.candidates if (program := program_of(entry))}
    rounds = {label: program.round for label, program in programs.items()}
    rows = [*_samples(run, programs), *_tests(run, rounds), *_inputs(run, rounds), *_judged(run, rounds)]
    return Comparison(tuple(rounds), rounds, tuple(rows))


def program_of(entry: Candidate) -> Attempt | None:
    """The program a candidate stands for; the last one where none stands."""
    return entry.standing or next((each for each in reversed(entry.attempts) if each.code is not None), None)


def as_call(given: str, problem: Problem | None) -> str:
    """An input as a person reads it: a call where a function is tested."""
    if problem is None or problem.mode is not Mode.FUNCTION or not given.strip().startswith("["):
        return given
    return f"{problem.entry_point}({given.strip()[1:-1]})"


def _samples(run: RunState, programs: dict[str, Attempt]) -> Iterator[Row]:
    samples = run.problem.samples if run.problem else ()
    brief = short_names(run.problem) if run.problem else {}
    for number, sample in enumerate(samples, 1):
        name = f"sample {number}"
        found = {
            label: Cell(each)
            for label, program in programs.items()
            for each in program.runs
            if each.check == name
        }
        test = sample.given if is_change(run.problem) else ""
        given = as_call(sample.given, run.problem)
        yield Row(Kind.SAMPLE, name, given, sample.expected, "", found, test, brief.get(name, ""))


def _tests(run: RunState, rounds: dict[str, int]) -> Iterator[Row]:
    """The tests written last; what was run on others before them says nothing about these."""
    place = next((n for n in range(len(run.rungs) - 1, -1, -1) if isinstance(run.rungs[n], TestsWritten)), -1)
    written = run.rungs[place] if place >= 0 else None
    if not isinstance(written, TestsWritten):
        return
    ran = {
        each.candidate: each
        for each in run.rungs[place:]
        if isinstance(each, TestsRun) and rounds.get(each.candidate) == each.round
    }
    for number, test in enumerate(written.tests):
        name = f"self-test {number + 1}"
        found = {label: _tested(each, number, name) for label, each in ran.items() if number < each.tests}
        trusted = f"trusted to {test.trust * 100:.0f} %"
        if is_change(run.problem):
            note = f"the model wrote it: {trusted}"
            yield Row(Kind.TEST, name, test.given, "passes", note, found, f"written: {test.expected}")
        else:
            note = f"its answer is the model's guess, {trusted}"
            yield Row(Kind.TEST, name, as_call(test.given, run.problem), test.expected, note, found)


def _tested(ran: TestsRun, number: int, name: str) -> Cell:
    if number < len(ran.gave):
        return _cell(ran.gave[number], name)
    # Earlier versions, and long lists, tell only whether it passed.
    verdict = Verdict.OK if number in ran.passed else Verdict.WA
    return Cell(_bare(ran.candidate, ran.round, name, verdict))


def _inputs(run: RunState, rounds: dict[str, int]) -> Iterator[Row]:
    found = next((each for each in reversed(run.rungs) if isinstance(each, AgreementFound)), None)
    for tried in found.tried if found else ():
        name = f"input {tried.number}"
        cells = {
            gave.candidate: _cell(gave, name)
            for gave in tried.gave
            if rounds.get(gave.candidate) == gave.round
        }
        note = "nobody knows its answer: the outputs are compared"
        yield Row(Kind.INPUT, name, as_call(tried.given, run.problem), "", note, cells)


def _judged(run: RunState, rounds: dict[str, int]) -> Iterator[Row]:
    number = 0
    for split in run.rungs:
        if not isinstance(split, SplitJudged):
            continue
        of = {split.first: split.first_round, split.second: split.second_round}
        if any(rounds.get(label) != round_ for label, round_ in of.items()):
            continue
        for pair in split.inputs:
            number += 1
            yield _pair(run, split, pair, f"judged {number}")


def _pair(run: RunState, split: SplitJudged, pair: SplitInput, name: str) -> Row:
    votes = (
        f"judged right: {split.first} {pair.votes_first} times, {split.second} {pair.votes_second} times, "
        f"neither {pair.votes_neither} times"
    )
    cells = {
        label: Cell(_bare(label, round_, name, Verdict.OK, given), group)
        for group, (label, round_, given) in enumerate(
            ((split.first, split.first_round, pair.first), (split.second, split.second_round, pair.second))
        )
    }
    return Row(Kind.JUDGED, name, as_call(pair.given, run.problem), "", votes, cells)


def _cell(gave: Gave, name: str) -> Cell:
    run = RunFinished(
        candidate=gave.candidate,
        round=gave.round,
        check=name,
        verdict=gave.verdict,
        facts=gave.facts,
        printed=gave.printed,
        stderr=gave.stderr,
        at=0.0,
    )
    return Cell(run, gave.group)


def _bare(label: str, number: int, name: str, verdict: Verdict, printed: str = "") -> RunFinished:
    """A run of which no more is known."""
    return RunFinished(
        candidate=label, round=number, check=name, verdict=verdict, facts=Facts(), printed=printed, at=0.0
    )
