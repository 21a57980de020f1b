"""The evidence about all recorded candidates of one problem: each program is run once on each input."""

from __future__ import annotations

import asyncio
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas_tui.bench.calls import Call, Check, Result, Step, assert_check, call_in, check_of, input_step
from atlas_tui.bench.pool import AssertSample, CallSample, PoolRow, StdinSample
from atlas_tui.bench.programs import whole
from atlas_tui.bench.running import Runner
from atlas_tui.bench.values import comparable
from atlas_tui.events import Verdict
from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.sandbox import judge
from atlas_tui.sandbox.base import Ran
from atlas_tui.solver.agreement import Classes, Output, classify, compare
from atlas_tui.solver.b4 import Passes
from atlas_tui.solver.constraints import Constraints, read_constraints
from atlas_tui.solver.inputs import EDGES, MOST, TRIES, agreement_inputs, edge_cases, mutated
from atlas_tui.solver.read import read_problem
from atlas_tui.solver.signature import parameter_names
from atlas_tui.solver.table import Row, Table

MOST_SELF_TESTS = 1000


class Unusable(ValueError):
    """A row that cannot be replayed; says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is run of a problem: by the solver's own jobs, or as steps of many calls."""

    problem: Problem
    given: tuple[str, ...] = ()
    """Inputs for the solver's jobs: first those of the samples of ``problem``, then those to compare on."""
    checks: tuple[Check, ...] = ()
    """Samples that are steps."""
    steps: tuple[Step, ...] = ()
    """Inputs to compare on that are steps."""
    tests: tuple[Check, ...] = ()
    """The row's self-tests."""
    dropped: int = 0
    """Inputs and self-tests that are no Python."""
    notes: tuple[str, ...] = ()
    """Samples that are left out, and why."""

    @property
    def samples(self) -> int:
        """Samples there are."""
        return len(self.checks) or len(self.problem.samples)


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """What was found out about every candidate of a row. Nothing in it comes from ``passed``."""

    codes: tuple[str, ...]
    samples: int
    passed: tuple[int, ...]
    """Samples passed, by candidate."""
    usable: tuple[bool, ...]
    """It compiles."""
    classes: Classes
    passes: Passes
    dropped: int = 0
    notes: tuple[str, ...] = ()

    def table(self, drawn: Sequence[int]) -> Table:
        """The evidence table of the candidates in these places."""
        places = [int(place) for place in drawn]
        rows = tuple(
            Row(
                label=str(place), code=self.codes[place], usable=self.usable[place],
                passed=self.passed[place], ran=self.samples,
            )
            for place in places
        )  # fmt: skip
        finalists = [int(row.label) for row in Table(rows=rows, samples=self.samples).finalists]
        compared = len(finalists) > 1 and self.classes.shape[1] > 0
        labels = [str(place) for place in finalists]
        others = [place for place in places if place not in finalists and self.usable[place]]
        return Table(
            rows=rows,
            samples=self.samples,
            agreement=compare(labels, self.classes[finalists], self.classes[others]) if compared else None,
            tested=tuple(row.label for row in rows) if self.passes.shape[1] else (),
            passes=self.passes[places] if self.passes.shape[1] else None,
        )


def work_of(row: PoolRow) -> Work:
    """What is to be run of ``row``. Raises: Unusable."""
    if not row.samples:
        return _read(row)
    if isinstance(row.samples[0], StdinSample):
        samples = tuple(
            Sample(given=one.stdin, expected=one.stdout)
            for one in row.samples
            if isinstance(one, StdinSample)
        )
        problem = Problem(statement=row.statement, mode=Mode.PROGRAM, samples=samples)
        return _by_jobs(row, problem)
    return _by_steps(row)


def _read(row: PoolRow) -> Work:
    """A row that is only a statement: read as the app would read it."""
    text = f"{row.statement}\n\n{row.starter}" if row.starter.strip() else row.statement
    problem = read_problem(text, row.id)
    if row.entry_point and row.entry_point != problem.entry_point:
        # What is known beats what was read: the samples were read for something else.
        problem = replace(problem, mode=Mode.FUNCTION, entry_point=row.entry_point, samples=())
    if problem.mode is Mode.FUNCTION and not problem.entry_point:
        raise Unusable("the statement asks for a function without a name")
    return _by_jobs(row, problem)


def _by_jobs(row: PoolRow, problem: Problem) -> Work:
    seed = zlib.crc32(row.id.encode())
    is_program = problem.mode is Mode.PROGRAM
    given = row.inputs[: 4 * MOST] if is_program else ()
    steps, lost = ((), 0) if is_program else _steps(row.inputs)
    tests, bad = _tests(row)
    if len(given) + len(steps) < MOST:
        given = (*given, *agreement_inputs(problem, seed, MOST - len(given) - len(steps)))
    samples = tuple(sample.given for sample in problem.samples)
    return Work(problem, (*samples, *given), steps=steps, tests=tests, dropped=lost + bad)


def _by_steps(row: PoolRow) -> Work:
    checks, notes = [], []
    calls = [one for one in row.samples if isinstance(one, AssertSample | CallSample)]
    for place, sample in enumerate(calls, 1):
        try:
            checks.append(check_of(sample))
        except ValueError as error:
            notes.append(f"sample {place}: {error}")
    if not checks:
        raise Unusable("; ".join(notes))
    steps, lost = _steps(row.inputs)
    tests, bad = _tests(row)
    problem = Problem(
        statement=row.statement, mode=Mode.FUNCTION, entry_point=row.entry_point, signature=row.starter
    )
    found = [call for one in calls if (call := call_in(one, row.entry_point)) is not None]
    steps = (*steps, *_further(problem, found, len(steps), zlib.crc32(row.id.encode())))
    return Work(problem, (), tuple(checks), steps, tests, lost + bad, tuple(notes))


def _steps(expressions: Sequence[str]) -> tuple[tuple[Step, ...], int]:
    steps = [step for one in dict.fromkeys(expressions) if (step := input_step(one)) is not None]
    return tuple(steps), len(dict.fromkeys(expressions)) - len(steps)


def _tests(row: PoolRow) -> tuple[tuple[Check, ...], int]:
    """The self-tests that are Python; a model's last one is often cut."""
    checks, bad = [], 0
    for text in dict.fromkeys(row.self_tests):
        try:
            checks.append(assert_check(text))
        except ValueError:
            bad += 1
    return tuple(checks[:MOST_SELF_TESTS]), bad


def _further(problem: Problem, calls: Sequence[Call], given: int, seed: int) -> list[Step]:
    """Calls with other arguments, made from those of the samples: special cases, and enough of others."""
    rng, constraints = random.Random(seed), read_constraints(problem.statement)
    known = {repr(call.step(call.values)) for call in calls}
    found: dict[str, Step] = {}
    for number, (call, values) in enumerate(_drawn(problem, calls, constraints, rng)):
        step = call.step(values)
        if number >= EDGES and len(found) + given >= MOST:
            break
        if repr(step) not in known:
            found.setdefault(repr(step), step)
    return list(found.values())


def _drawn(
    problem: Problem, calls: Sequence[Call], constraints: Constraints, rng: random.Random
) -> Iterator[tuple[Call, list[Any]]]:
    """Other arguments for the calls in turn; special cases of the first come first."""
    for place, call in enumerate(calls[:1]):
        alike, names = _like(call, calls), call.names or parameter_names(problem)
        yield from ((calls[place], edge) for edge in edge_cases(alike, names, constraints))
    for _ in range(MOST * TRIES // max(len(calls), 1) if calls else 0):
        for call in calls:
            names = call.names or parameter_names(problem)
            yield call, mutated(call.values, names, constraints, _like(call, calls), rng)


def _like(call: Call, calls: Sequence[Call]) -> list[tuple[Any, ...]]:
    """The arguments of the calls with as many of them, its own first."""
    return [call.values, *(other.values for other in calls if len(other.values) == len(call.values))]


async def gather(row: PoolRow, runner: Runner) -> RowEvidence:
    """Run every different program of ``row`` once on everything there is. Raises: Unusable."""
    work = work_of(row)
    different = list(dict.fromkeys(candidate.code for candidate in row.candidates))
    found = await asyncio.gather(*(_program(row, work, code, runner) for code in different))
    known = dict(zip(different, found, strict=True))
    seen = [known[candidate.code] for candidate in row.candidates]
    columns = list(zip(*(one.outputs for one in seen), strict=True))
    return RowEvidence(
        codes=tuple(candidate.code for candidate in row.candidates),
        samples=work.samples,
        passed=tuple(one.passed for one in seen),
        usable=tuple(one.usable for one in seen),
        classes=classify(columns, work.problem.mode) if columns else np.zeros((len(seen), 0), np.int32),
        passes=np.array([one.tests for one in seen], dtype=np.bool_).reshape(len(seen), len(work.tests)),
        dropped=work.dropped,
        notes=work.notes,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one program did."""

    passed: int
    usable: bool
    outputs: tuple[Output, ...]
    tests: tuple[bool, ...]


async def _program(row: PoolRow, work: Work, code: str, runner: Runner) -> _Seen:
    if not code.strip():
        nothing = Output(Verdict.CE)
        outputs = (nothing,) * (len(work.given) - len(work.problem.samples) + len(work.steps))
        return _Seen(0, False, outputs, (False,) * len(work.tests))
    source = whole(code, work.problem.entry_point, row.starter, row.statement)
    ran = await runner.on(work.problem, source, work.given)
    steps = [check.step for check in work.checks] + list(work.steps) + [check.step for check in work.tests]
    results = await runner.steps(source, work.problem.entry_point, steps)
    checked, further = results[: len(work.checks)], results[len(work.checks) :]
    compared, tested = further[: len(work.steps)], further[len(work.steps) :]
    samples = work.problem.samples
    judged = [
        judge(one, sample.expected, work.problem.mode) is Verdict.OK
        for one, sample in zip(ran, samples, strict=False)
    ]
    judged += [check.passed(result) for check, result in zip(work.checks, checked, strict=True)]
    return _Seen(
        passed=sum(judged),
        usable=not _unusable(ran, results),
        outputs=(*map(Output.of, ran[len(samples) :]), *map(_output, compared)),
        tests=tuple(check.passed(result) for check, result in zip(work.tests, tested, strict=True)),
    )


def _unusable(ran: Sequence[Ran], results: Sequence[Result]) -> bool:
    """It does not compile, or does not define what is called."""
    verdicts = [one.verdict for one in ran] + [result.verdict for result in results]
    return bool(verdicts) and all(verdict is Verdict.CE for verdict in verdicts)


def _output(result: Result) -> Output:
    text = comparable(result.payload) if result.verdict is Verdict.OK else ""
    return Output(result.verdict, text)
