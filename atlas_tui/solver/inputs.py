"""Further inputs for agreement, whose answers nobody knows: made from samples, harvested, or generated."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from atlas_tui.problem import Mode, Problem
from atlas_tui.solver.constraints import Constraints, read_constraints
from atlas_tui.solver.inputs_lines import Lines
from atlas_tui.solver.inputs_values import Role, changed
from atlas_tui.solver.signature import parameter_names

MOST = 24
"""Inputs that candidates are compared on, at most, where none are given."""
EDGES = 8
"""Of them at most so many special cases."""
TRIES = 12
"""Draws for each input before it is given up."""
LONGEST = 1 << 16
"""Characters of one input."""


def agreement_inputs(problem: Problem, seed: int, most: int = MOST) -> tuple[str, ...]:
    """Up to ``most`` inputs that are not samples, drawn by ``seed`` from the samples in turn.

    Function mode changes the JSON arguments by type, program mode the fields of the standard input; both
    within the bounds that the statement gives.
    """
    rng = random.Random(seed)
    constraints = read_constraints(problem.statement)
    given = [sample.given for sample in problem.samples]
    if problem.mode is Mode.FUNCTION:
        draws = _argument_draws(given, parameter_names(problem), constraints, rng)
    else:
        draws = _line_draws(problem.statement, given, constraints, rng)
    return _fresh(draws, set(given), most)


def _fresh(draws: Iterator[str], known: set[str], most: int) -> tuple[str, ...]:
    found: list[str] = []
    for draw in draws:
        if len(found) == most:
            break
        if draw not in known and len(draw) <= LONGEST:
            known.add(draw)
            found.append(draw)
    return tuple(found)


def _line_draws(
    statement: str, given: Sequence[str], constraints: Constraints, rng: random.Random
) -> Iterator[str]:
    lines = Lines.read(statement, given, constraints)
    for _ in range(MOST * TRIES // max(len(given), 1) if given else 0):
        for one in given:
            made = lines.changed(one, rng)
            if made is not None:
                yield made


def _argument_draws(
    given: Sequence[str], names: Sequence[str], constraints: Constraints, rng: random.Random
) -> Iterator[str]:
    samples = [arguments for one in given if (arguments := _arguments(one)) is not None]
    for edge in edge_cases(samples, names, constraints):
        yield json.dumps(edge, ensure_ascii=False)
    for _ in range(MOST * TRIES // max(len(samples), 1) if samples else 0):
        for arguments in samples:
            yield json.dumps(mutated(arguments, names, constraints, samples, rng), ensure_ascii=False)


def mutated(
    arguments: Sequence[Any],
    names: Sequence[str],
    constraints: Constraints,
    samples: Sequence[Sequence[Any]],
    rng: random.Random,
) -> list[Any]:
    """Other arguments of the same types: one of them changed, or several.

    Arguments of one length in every sample (two lists that belong together) keep that.
    """
    values = {
        name: value
        for name, value in zip(names, arguments, strict=False)
        if isinstance(value, int) and not isinstance(value, bool)
    }
    linked = _linked(samples)
    several = rng.random() < 0.4
    chosen = rng.randrange(len(arguments)) if arguments else 0
    made = []
    for place, value in enumerate(arguments):
        if place != chosen and not (several and rng.random() < 0.6):
            made.append(value)
            continue
        name = names[place] if place < len(names) else ""
        role = Role.named(name, constraints, [sample[place] for sample in samples if place < len(sample)])
        if place in linked:
            role = Role(value=role.value, letters=role.letters, fixed_length=True)
        made.append(changed(value, role, rng, values))
    return made


def edge_cases(
    samples: Sequence[Sequence[Any]], names: Sequence[str], constraints: Constraints
) -> Iterator[list[Any]]:
    """The first sample with one argument at its least: empty, of one element, the smallest number.

    Where the statement gives no bound, the empty list and zero may be forbidden; that they are special cases
    that programs get wrong outweighs it.
    """
    linked = _linked(samples) if samples else set()
    found = []
    for place, value in enumerate(samples[0] if samples else ()):
        name = names[place] if place < len(names) else ""
        if place not in linked:
            found += [
                [*samples[0][:place], least, *samples[0][place + 1 :]]
                for least in _least(value, Role.named(name, constraints))
            ]
    yield from found[:EDGES]


def _least(value: Any, role: Role) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int():
            low = 0 if role.value.low is None else role.value.low
            yield from (least for least in (low, low + 1) if role.value.within(least) and least != value)
        case str() | list() | tuple() if len(value):
            low = role.length.low or 0
            yield from (value[:length] for length in (low, low + 1) if length < len(value))


def _linked(samples: Sequence[Sequence[Any]]) -> set[int]:
    """Places of lists and texts that are as long as another one, or as a number says, in every sample."""
    if len({len(sample) for sample in samples}) != 1:
        return set()
    places = range(len(samples[0]))
    sized = [place for place in places if all(isinstance(sample[place], list) for sample in samples)]
    counts = [place for place in places if all(type(sample[place]) is int for sample in samples)]
    linked = set()
    for place in sized:
        lengths = [len(sample[place]) for sample in samples]
        alike = any(
            other != place and [len(sample[other]) for sample in samples] == lengths for other in sized
        )
        counted = any([sample[other] for sample in samples] == lengths for other in counts)
        if (alike or counted) and (len(samples) > 1 or counted):
            linked.add(place)
    return linked


def _arguments(given: str) -> list[Any] | None:
    try:
        arguments = json.loads(given)
    except (ValueError, RecursionError):
        return None
    return arguments if isinstance(arguments, list) else None


def harvested(problem: Problem, given: Sequence[str], most: int = MOST) -> tuple[str, ...]:
    """Those of the ``given`` inputs that have the problem's form and are no samples, in their order."""
    fitting = (one for one in given if problem.mode is Mode.PROGRAM or _arguments(one) is not None)
    return _fresh(iter(fitting), {sample.given for sample in problem.samples}, most)
