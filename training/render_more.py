"""The tasks after coding: tests, inputs, judgements, causes, repair; and the whole tree of a problem."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from atlas_tui.events import FailureClass
from atlas_tui.problem import Mode, Sample
from atlas_tui.solver import generators, prompting, prompting_more, split, write_tests
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.failed_runs import evidence_of, full_evidence
from atlas_tui.solver.failures import classify
from training import thoughts
from training.mistakes import Mistake, wrong_attempt
from training.problems.generate import Generated, sample_of
from training.problems.inputs import draw_input, edge_inputs, trace
from training.problems.program import Composition, Frame, source_code
from training.problems.step import Kind
from training.render import (
    TASKS,
    Branch,
    Task,
    Tree,
    branch,
    chat,
    fenced,
    plain_branch,
    split_prompt,
    thinking_branch,
)
from training.running import Endless, Outcome, outcome

_TRIES = 30
_NEITHER = "neither"


def _further(rng: random.Random, made: Generated) -> Iterator[tuple[object, Sample]]:
    """Small values that are no samples, each once, with their answers; edge cases among them.

    Inputs with a blank line are left out: the layout of written inputs cannot hold them.
    """
    composition, frame = made.composition, made.frame
    edges = edge_inputs(rng, composition.source, frame.layout)
    rng.shuffle(edges)
    seen = {sample.given for sample in made.problem.samples}
    for number in range(_TRIES):
        if number % 2 and edges:
            value = edges.pop()
        else:
            value = draw_input(rng, composition.source, frame.layout == "square", rng.randint(2, 4))
        sample = sample_of(composition, frame, value)
        if sample is None or sample.given in seen:
            continue
        if sample.given.strip() and all(sample.given.splitlines()):
            seen.add(sample.given)
            yield value, sample


def _written(made: Generated, sample: Sample, *, answer: bool) -> str:
    """A test, or an input alone, in the layout that is asked for."""
    if made.frame.mode is Mode.FUNCTION:
        arguments = ", ".join(repr(value) for value in json.loads(sample.given))
        call = f"{made.frame.name}({arguments})"
        return f"{call} == {json.loads(sample.expected)!r}" if answer else call
    given = sample.given.rstrip("\n")
    return f"Input:\n{given}\nOutput:\n{sample.expected.rstrip(chr(10))}" if answer else f"Input:\n{given}"


def tests_branch(rng: random.Random, made: Generated) -> Branch | None:
    """The first sample again, then new and small tests."""
    count = write_tests.PER_DRAW
    more = [sample for _, (_, sample) in zip(range(count - 1), _further(rng, made), strict=False)]
    tests = [made.problem.samples[0], *more]
    if not all(test.expected.strip() for test in tests):
        return None
    text = "\n".join(_written(made, test, answer=True) for test in tests)
    return branch(prompting_more.tests(made.problem, count), text)


_VALUES = {
    Kind.INTS: "[random.randint(-9, 20) for _ in range(size)]",
    Kind.TEXT: '"".join(random.choice("abelo ") for _ in range(size)).strip() or "a"',
    Kind.NUMBER: "random.randint(1, 10 ** (size % 4 + 1))",
    Kind.GRID: "[[random.randint(0, 9) for _ in range({columns})] for _ in range(size % 4 + 1)]",
}
_PRINTED = {
    "line": "print(*value)",
    "count_line": "print(size)\n    print(*value)",
    "count_lines": 'print(size, *value, sep="\\n")',
    "text": "print(value)",
    "number": "print(value)",
    "grid": "print(len(value), size % 3 + 1)\n    for row in value:\n        print(*row)",
    "square": "print(len(value))\n    for row in value:\n        print(*row)",
}


def generator_code(frame: Frame, source: Kind) -> str:
    """A program that prints valid inputs, from small to large."""
    columns = "size % 4 + 1" if frame.layout == "square" else "size % 3 + 1"
    value = _VALUES[source].replace("{columns}", columns)
    loop = f"for size in range(1, {generators.COUNT + 1}):\n    value = {value}\n"
    if frame.mode is Mode.FUNCTION:
        return f"import json\nimport random\n\n{loop}    print(json.dumps([value]))"
    return f'import random\n\n{loop}    print("{generators.MARK}")\n    {_PRINTED[frame.layout]}'


def generator_branch(rng: random.Random, made: Generated) -> Branch:
    messages = prompting_more.generator(made.problem, generators.COUNT, generators.CHARACTERS)
    return branch(messages, fenced(generator_code(made.frame, made.composition.source)))


def _approaches(rng: random.Random, made: Generated) -> list[int]:
    return [rng.randrange(3)] * (len(made.composition.links) + 2)


def _right(rng: random.Random, made: Generated) -> str:
    return source_code(made.composition, made.frame, _approaches(rng, made))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two programs that do not do the same."""

    codes: tuple[str, str]
    wrong: tuple[Composition, ...]
    """What wrong ones of them do instead, where that is another composition."""

    def outcomes(self, made: Generated, value: object, given: str) -> list[Outcome] | None:
        """What each gives on an input; None where one would not end, or grows beyond our limits."""
        # Within one line a program may run for ever in C, which nothing here would stop.
        if any(trace(each, value) is None for each in self.wrong):
            return None
        try:
            return [outcome(code, made.frame, given) for code in self.codes]
        except (Endless, SyntaxError):
            return None


def _two_programs(rng: random.Random, made: Generated) -> _Pair | None:
    """A right one and a wrong one, or two wrong ones, in any order."""
    wrong = wrong_attempt(rng, made, _approaches(rng, made))
    if wrong is None or wrong.attempt.ready.error:
        return None
    other = wrong_attempt(rng, made, _approaches(rng, made)) if rng.random() < 0.25 else None
    if other is not None and other.attempt.ready.error:
        other = None
    codes = [wrong.code, other.code if other else _right(rng, made)]
    rng.shuffle(codes)
    return _Pair((codes[0], codes[1]), tuple(each.wrong for each in (wrong, other) if each and each.wrong))


def differ_branch(rng: random.Random, made: Generated) -> Branch | None:
    """Inputs on which two programs give different answers."""
    pair = _two_programs(rng, made)
    if pair is None:
        return None
    telling: list[Sample] = []
    for value, sample in _further(rng, made):
        found = pair.outcomes(made, value, sample.given)
        if found and any(not each.stderr for each in found) and found[0].printed != found[1].printed:
            telling.append(sample)
        if len(telling) == split.COUNT:
            break
    if not telling:
        return None
    text = "\n".join(_written(made, sample, answer=False) for sample in telling)
    return branch(prompting_more.differ(made.problem, *pair.codes, split.COUNT), text)


def _given_by(found: Outcome) -> str:
    """What a program gave, as the judge is told it."""
    return f"no answer: it ended with {found.error}" if found.stderr else found.printed.rstrip("\n")


def judge_branch(rng: random.Random, made: Generated) -> Branch | None:
    """Which of two outputs is right, after working it out."""
    pair = _two_programs(rng, made)
    if pair is None:
        return None
    for value, sample in _further(rng, made):
        found = pair.outcomes(made, value, sample.given)
        if not found or found[0].printed.split() == found[1].printed.split():
            continue
        right = [not each.stderr and each.printed.split() == sample.expected.split() for each in found]
        if not any(right) and rng.random() < 0.5:
            continue
        name = "A" if right[0] else "B" if right[1] else _NEITHER
        shown = [prompting.shorten(_given_by(each)) or "nothing" for each in found]
        messages = prompting_more.judge(made.problem, sample.given, shown[0], shown[1])
        return branch(messages, "\n".join([*thoughts.worked(made, value), f"Right: {name}"]))
    return None


def diagnose_branch(rng: random.Random, made: Generated) -> Branch | None:
    """What kind of mistake it is, where the runs leave it open."""
    for _ in range(3):
        failed = wrong_attempt(rng, made, _approaches(rng, made))
        if failed is None or classify(made.problem, failed.attempt) is not FailureClass.OPEN:
            continue
        told = evidence_of(made.problem, failed.attempt)
        return branch(prompting_more.diagnose(made.problem, failed.code, told), f"Kind: {failed.failure}")
    return None


def _difference(made: Generated, failed: Mistake, right: str) -> tuple[str, str]:
    """What the program should do, and what it does instead: the first step that differs, else the line."""
    if failed.wrong is not None:
        wanted, wrong = made.composition, failed.wrong
        for one, other in zip_longest(wanted.links, wrong.links):
            if one is None or other is None or one.phrase() != other.phrase():
                return (one.phrase() if one else "no more steps"), (other.phrase() if other else "no step")
        return wanted.ask(), wrong.ask()
    lines = zip_longest(right.split("\n"), failed.code.split("\n"), fillvalue="")
    one, other = next((one.strip(), other.strip()) for one, other in lines if one != other)
    return one or "no line", other or "no line"


def _found(perspective: str, label: str, wanted: str, wrong: str, technique: str) -> str:
    match perspective:
        case "logic":
            return f"{label}: {wanted}, not {wrong}."
        case "wrong assumptions":
            return f"{label}: {wrong}; it is {wanted}."
        case "different approach":
            return f"{label}: {technique}."
    return f"{label}: {wanted}."


def _tried(rng: random.Random, made: Generated) -> list[Attempt]:
    """An earlier correction that did not help, now and then."""
    if rng.random() < 0.75:
        return []
    other = wrong_attempt(rng, made, _approaches(rng, made), round_number=1)
    return [other.attempt] if other else []


def repair_branch(rng: random.Random, made: Generated) -> Branch | None:
    """A wrong program that was really run, seen from one side; what is found, and the right program."""
    approaches = _approaches(rng, made)
    failed = wrong_attempt(rng, made, approaches)
    if failed is None:
        return None
    perspective = rng.choice(prompting_more.perspectives())
    if perspective.name == "different approach":
        approaches = [(approaches[0] + rng.randint(1, 2)) % 3] * len(approaches)
    right = source_code(made.composition, made.frame, approaches)
    if right == failed.code:
        return None
    wanted, wrong = _difference(made, failed, right)
    technique = thoughts.technique(rng, made, approaches[0])
    line = _found(perspective.name, perspective.label, wanted, wrong, technique)
    told = full_evidence(made.problem, failed.attempt, _tried(rng, made))
    messages = prompting_more.repair(made.problem, failed.code, told, perspective)
    answer = f"{line}\n{fenced(right)}"
    if rng.random() < 0.1:
        return thinking_branch(rng, messages, thoughts.worked(made, made.inputs[0]), answer)
    return branch(messages, answer)


MORE: tuple[tuple[float, Task], ...] = (
    (0.25, tests_branch),
    (0.1, generator_branch),
    (0.2, differ_branch),
    (0.3, judge_branch),
    (0.6, diagnose_branch),
    (0.7, repair_branch),
)
"""How often a problem is trained with each of these tasks."""


def tree(rng: random.Random, made: Generated) -> Tree:
    """The problem with a random selection of its tasks."""
    drawn = [make(rng, made) for share, make in (*TASKS, *MORE) if rng.random() < share]
    branches = tuple(each for each in drawn if each is not None)
    prefix = split_prompt(chat(prompting.observe(made.problem)))[0]
    return Tree(prefix, branches or (plain_branch(rng, made),))
