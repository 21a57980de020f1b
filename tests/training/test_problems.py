"""The generator: repeatable, split by composition, and its references agree with all code it renders."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest

from atlas_tui.problem import Mode
from atlas_tui.solver.read import read_problem
from training.mistakes import wrong_attempt
from training.problems.catalog import ENDS, STEPS, draw_params, held_out
from training.problems.generate import Generated, problems, twin_of
from training.problems.inputs import draw_input, edge_inputs, trace, written_answer, written_input
from training.problems.program import LAYOUTS, Composition, Frame, Link, in_approach
from training.problems.step import Kind, Step
from training.running import outcome, run_trusted

SAME = "import itertools, hashlib\nfrom training.problems.generate import problems\n"
SAME += "made = [repr(one) for one in itertools.islice(problems(3, held=False), 20)]\n"
SAME += "import re; print(hashlib.sha256(re.sub('0x[0-9a-f]+', '', ''.join(made)).encode()).hexdigest())"


def test_there_are_enough_steps() -> None:
    assert len(STEPS) >= 60
    assert {step.source for step in STEPS.values()} == set(Kind)


def test_the_same_seed_gives_the_same_problems_in_every_process() -> None:
    prints = {
        subprocess.run(
            [sys.executable, "-c", SAME],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1


def test_other_seeds_give_other_problems() -> None:
    assert next(problems(1, held=False)).problem != next(problems(2, held=False)).problem


def test_training_never_sees_a_held_out_composition() -> None:
    seen = {made.composition.key() for made in islice(problems(11, held=False), 400)}
    kept = {made.composition.key() for made in islice(problems(12, held=True), 200)}
    assert not seen & kept
    assert all(key.count("+") >= 2 for key in kept)


def test_the_split_is_the_one_the_bundled_model_was_trained_with() -> None:
    """The hash must never change silently: a changed split would test what was trained."""
    links = tuple(Link(STEPS[name], {}) for name in ("square", "reverse"))
    keys = {
        end: held_out(Composition(Kind.INTS, links, ENDS[end], {}))
        for end in ("sum", "max", "mode", "alternating")
    }
    assert keys == KNOWN_SPLIT


KNOWN_SPLIT = {"sum": False, "max": False, "mode": True, "alternating": True}


def _answer(code: str, frame: Frame, given: str) -> str:
    return run_trusted(code, frame, given)


def _right(composition: Composition, frame: Frame, value: object) -> tuple[str, str] | None:
    values = trace(composition, value)
    if values is None:
        return None
    end = "\n" if frame.mode is Mode.PROGRAM else ""
    return written_input(value, composition, frame) + end, written_answer(values[-1], composition, frame)


def _frames(kind: Kind) -> Iterator[Frame]:
    yield Frame(Mode.FUNCTION, name="answer", argument="given")
    for layout in LAYOUTS[kind]:
        yield Frame(Mode.PROGRAM, layout=layout)


def _end_of(step: Step) -> str:
    return {
        Kind.INTS: "list",
        Kind.TEXT: "text",
        Kind.WORDS: "words",
        Kind.NUMBER: "number",
        Kind.GRID: "grid",
    }[step.target]


def _before(step: Step) -> tuple[Link, ...]:
    return (Link(STEPS["split"], {}),) if step.source is Kind.WORDS else ()


def _inputs(rng: random.Random, kind: Kind, layout: str) -> list[object]:
    drawn = [draw_input(rng, kind, layout == "square", rng.randint(2, 9)) for _ in range(8)]
    return [*drawn, *edge_inputs(rng, kind, layout)]


@pytest.mark.parametrize("name", STEPS)
def test_a_steps_reference_agrees_with_its_code_in_every_approach(name: str) -> None:
    step, rng, checked = STEPS[name], random.Random(name), 0
    for _ in range(2):
        links = (*_before(step), Link(step, draw_params(rng, step.params)))
        source = links[0].step.source
        composition = Composition(source, links, ENDS[_end_of(step)], {})
        for frame in _frames(source):
            for value in _inputs(rng, source, frame.layout):
                pair = _right(composition, frame, value)
                for approach in range(3) if pair else ():
                    assert pair is not None
                    code = in_approach(composition, frame, approach)
                    assert _answer(code, frame, pair[0]).split() == pair[1].split(), (code, value)
                    checked += 1
    assert checked > 30


@pytest.mark.parametrize("name", ENDS)
def test_a_results_reference_agrees_with_its_code_in_every_approach(name: str) -> None:
    end, rng = ENDS[name], random.Random(name)
    words = end.source is Kind.WORDS
    links = (Link(STEPS["split"], {}),) if words else ()
    source = Kind.TEXT if words else end.source
    for _ in range(2):
        composition = Composition(source, links, end, draw_params(rng, end.params))
        for frame in _frames(source):
            for value in _inputs(rng, source, frame.layout):
                pair = _right(composition, frame, value)
                for approach in range(3) if pair else ():
                    assert pair is not None
                    code = in_approach(composition, frame, approach)
                    assert _answer(code, frame, pair[0]).split() == pair[1].split(), (code, value)


def test_whole_problems_agree_with_their_code_on_samples_and_hidden_tests() -> None:
    for number, made in enumerate(islice(problems(21, held=False), 150)):
        hidden = made.hidden(random.Random(number))
        for test in (*made.problem.samples, *hidden):
            for approach in range(3):
                code = in_approach(made.composition, made.frame, approach)
                assert _answer(code, made.frame, test.given).split() == test.expected.split(), code


def test_hidden_tests_are_many_distinct_and_none_is_a_sample() -> None:
    for number, made in enumerate(islice(problems(22, held=True), 60)):
        given = [test.given for test in made.hidden(random.Random(number))]
        assert len(given) >= 8
        assert len(set(given)) == len(given)
        assert not set(given) & {sample.given for sample in made.problem.samples}


def _plain(made: Generated, given: str) -> object:
    return given.strip() if made.problem.mode is Mode.PROGRAM else json.loads(given)


def test_the_reader_reads_every_generated_statement() -> None:
    for made in islice(problems(23, held=True), 300):
        read = read_problem(made.problem.statement)
        assert read.mode is made.problem.mode, made.problem.statement
        assert read.entry_point == made.problem.entry_point
        pairs = [
            [(_plain(made, sample.given), _plain(made, sample.expected)) for sample in problem.samples]
            for problem in (read, made.problem)
        ]
        assert pairs[0] == pairs[1], made.problem.statement


def test_samples_settle_what_the_words_leave_open() -> None:
    found = 0
    for made in islice(problems(24, held=False), 200):
        for index, link in enumerate(made.composition.links):
            if link.open:
                found += 1
                twin = replace(made, composition=twin_of(made.composition, index))
                code = in_approach(twin.composition, made.frame, 0)
                samples = made.problem.samples
                assert any(_answer(code, made.frame, s.given).split() != s.expected.split() for s in samples)
    assert found > 10


def test_wrong_attempts_really_fail_a_sample_and_are_told_as_they_were_run() -> None:
    rng, kinds = random.Random(5), set()
    for made in islice(problems(25, held=False), 150):
        failed = wrong_attempt(rng, made, [0] * (len(made.composition.links) + 2))
        if failed is None:
            continue
        run = failed.attempt.first_failure()
        assert run is not None
        kinds.add(str(run.verdict))
        sample = made.problem.samples[int(run.check.removeprefix("sample ")) - 1]
        if run.verdict == "WA":
            printed = _answer(failed.code, made.frame, sample.given)
            assert printed.split() != sample.expected.split()
            assert printed == run.printed
        if run.verdict == "RE":
            with pytest.raises(Exception) as raised:
                _answer(failed.code, made.frame, sample.given)
            assert run.stderr.strip().endswith(str(raised.value).splitlines()[-1])
            assert run.stderr.startswith('Traceback (most recent call last):\n  File "main.py", line ')
    assert {"WA", "RE", "CE"} <= kinds


def test_a_traceback_tells_the_lines_of_the_program_alone() -> None:
    frame = Frame(Mode.PROGRAM, layout="line")
    found = outcome("def f(x):\n    return x[9]\n\n\nprint(f([1]))\n", frame, "1\n")
    assert found.error == "IndexError: list index out of range"
    assert "running.py" not in found.stderr and "    return x[9]" in found.stderr
    assert "line 5, in <module>" in found.stderr and "line 2, in f" in found.stderr
