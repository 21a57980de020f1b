"""Whole problems: a composition that means something, its statement, samples and hidden tests."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from atlas_tui.problem import Mode, Problem, Sample
from training.problems.catalog import STEPS, draw, held_out
from training.problems.inputs import draw_input, edge_inputs, trace, written_answer, written_input
from training.problems.program import LAYOUTS, Composition, Frame
from training.problems.step import Kind
from training.problems.wording import def_line, draw_argument, draw_name, statement

PROGRAM_SHARE = 0.6
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Generated:
    """A problem as the solver sees it, and what only the generator knows."""

    composition: Composition
    frame: Frame
    problem: Problem
    inputs: tuple[Any, ...]
    """Values of the samples."""

    def hidden(self, rng: random.Random, count: int = 10) -> tuple[Sample, ...]:
        """Hidden tests, with edge cases, none equal to a sample or to each other."""
        taken = {sample.given for sample in self.problem.samples}
        found: list[Sample] = []
        edges = edge_inputs(rng, self.composition.source, self.frame.layout)
        rng.shuffle(edges)
        for attempt in range(200):
            if attempt < 4 and attempt < len(edges):
                value = edges[attempt]
            else:
                value = draw_input(
                    rng, self.composition.source, self.frame.layout == "square", rng.randint(3, 10)
                )
            sample = sample_of(self.composition, self.frame, value)
            if sample is not None and sample.given not in taken and len(found) < count:
                taken.add(sample.given)
                found.append(sample)
        return tuple(found)


def sample_of(composition: Composition, frame: Frame, value: Any) -> Sample | None:
    """The value and its answer as a sample; None where it grows beyond our limits."""
    values = trace(composition, value)
    if values is None:
        return None
    given, expected = written_input(value, composition, frame), written_answer(values[-1], composition, frame)
    end = "\n" if frame.mode is Mode.PROGRAM else ""
    return Sample(given=given + end, expected=expected + end)


def twin_of(composition: Composition, index: int) -> Composition:
    """The same composition with one step replaced by its twin."""
    links = list(composition.links)
    links[index] = replace(links[index], step=STEPS[links[index].step.twin])
    return replace(composition, links=tuple(links))


def without(composition: Composition, index: int) -> Composition:
    """The same composition with one step left out, which must keep the type."""
    return replace(composition, links=composition.links[:index] + composition.links[index + 1 :])


def _same(other: Composition, traces: list[list[Any]]) -> bool:
    """Whether the samples do not tell ``other`` from the composition they were traced with."""
    others = (trace(other, values[0]) for values in traces)
    return all(
        o is not None and repr(o[-1]) == repr(values[-1]) for o, values in zip(others, traces, strict=True)
    )


def _telling(composition: Composition, traces: list[list[Any]]) -> bool:
    """Whether the samples show what each step does, and settle what the words leave open."""
    answers = [repr(values[-1]) for values in traces]
    if len(set(answers)) < 2 or any(not str(values[-1]).strip() or values[-1] == [] for values in traces):
        return False
    for i, link in enumerate(composition.links):
        if link.step.source is link.step.target and _same(without(composition, i), traces):
            return False
        if link.open and _same(twin_of(composition, i), traces):
            return False
    return True


def _draw_frame(rng: random.Random, composition: Composition) -> Frame:
    if rng.random() < PROGRAM_SHARE:
        return Frame(Mode.PROGRAM, layout=rng.choice(LAYOUTS[composition.source]))
    return Frame(Mode.FUNCTION, name=draw_name(rng), argument=draw_argument(rng, composition.source))


def attempt(rng: random.Random, composition: Composition) -> Generated | None:
    """A problem from ``composition``, or None when no telling samples are found for it."""
    frame = _draw_frame(rng, composition)
    count = rng.choice((2, 2, 3))
    for _ in range(_TRIES):
        size = (5, 8) if composition.source is Kind.INTS else (4, 6)
        inputs = [
            draw_input(rng, composition.source, frame.layout == "square", rng.randint(*size))
            for _ in range(count)
        ]
        traces = [values for value in inputs if (values := trace(composition, value)) is not None]
        if (
            len(traces) < count
            or len({repr(value) for value in inputs}) < count
            or not _telling(composition, traces)
        ):
            continue
        samples = tuple(s for value in inputs if (s := sample_of(composition, frame, value)) is not None)
        bare = [replace(s, given=s.given.rstrip("\n"), expected=s.expected.rstrip("\n")) for s in samples]
        text = statement(rng, composition, frame, bare)
        problem = Problem(
            statement=text,
            mode=frame.mode,
            samples=samples,
            entry_point=frame.name,
            signature=def_line(composition, frame, False) if frame.name else "",
        )
        return Generated(composition, frame, problem, tuple(inputs))
    return None


def problems(seed: int, *, held: bool, longest: int = 4) -> Iterator[Generated]:
    """An endless, repeatable stream of training problems or, with ``held``, of held-out ones."""
    rng = random.Random(seed)
    while True:
        composition = draw(rng, longest)
        if held_out(composition) is held and (made := attempt(rng, composition)) is not None:
            yield made
