"""Programs that print inputs: run in the sandbox, and looked through."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas_tui.events import InputsWritten, Text, Verdict
from atlas_tui.sandbox.base import Isolation, Job, Ran, Tier
from atlas_tui.settings import SolverSettings
from atlas_tui.solver.generators import CHARACTERS, inputs_in, run_generator, write_generator
from atlas_tui.solver.kit import Kit
from tests.solver.stage_parts import COUNT, STACK, SUM, TWICE, all_of, kit

ROWS = "for n in (1, 4):\n    print('=====')\n    print(n)\n    print(*range(n))"
DRAWN = "import random\nfor _ in range(5):\n    print('=====')\n    print(random.randrange(10**6))"


def test_inputs_of_a_program_stand_between_marks() -> None:
    found = inputs_in(SUM, "=====\n1\n7\n=====\n\n2\n1 2\n\n===== \n3\n1 2\n=====\n3\n1 2 3\n=====\n")
    assert found.inputs == ("1\n7\n", "2\n1 2\n")
    assert {each.why: each.number for each in found.dropped} == {
        "lines or fields that do not match the sizes of the samples": 1,
        "a sample, or the same input again": 1,
    }


def test_inputs_of_functions_stand_one_a_line() -> None:
    found = inputs_in(COUNT, "[[1], 1]\n[[ 1 ],1]\nnothing\n[[1]]\n[[4], 1]\n")
    assert found.inputs == ("[[1], 1]",)
    assert sum(each.number for each in found.dropped) == 4
    stack = '[["Stack", "push"], [[], [3]]]'
    assert inputs_in(STACK, stack + "\n").inputs == (stack,)


def test_numbers_and_sizes_are_bounded() -> None:
    text = "".join(f"=====\n{n}\n" for n in range(100, 150)) + f"=====\n{'9' * (CHARACTERS + 1)}\n"
    found = inputs_in(TWICE, text, most=7)
    assert found.inputs == tuple(f"{n}\n" for n in range(100, 107))
    assert {each.why: each.number for each in found.dropped} == {"more than are used": 43, "too large": 1}


async def test_the_model_writes_a_program_and_its_inputs_are_taken() -> None:
    async with kit({"reads nothing": [f"```python\n{ROWS}\n```"]}) as made:
        seen = await all_of(write_generator(made, SUM))
    event = seen[-1]
    assert isinstance(event, InputsWritten)
    assert event.inputs == ("1\n0\n", "4\n0 1 2 3\n")
    assert event.verdict is Verdict.OK and not event.why and event.code == ROWS + "\n"
    assert all(text.candidate == "" for text in seen if isinstance(text, Text))


async def test_a_reply_without_a_program_gives_none_and_says_so() -> None:
    async with kit({"reads nothing": ["I would rather not."]}) as made:
        event = (await all_of(write_generator(made, SUM)))[-1]
    assert isinstance(event, InputsWritten)
    assert event.inputs == () and event.verdict is None and event.why


@pytest.mark.parametrize(
    ("code", "verdict", "why", "inputs"),
    [
        ("print('=====')\nprint(7)\nprint('=====')\nprint(8)\n1 / 0", Verdict.RE, "ZeroDivisionError", 1),
        ("while True:\n    pass", Verdict.TLE, "too long", 0),
        ("import socket\nsocket.socket().connect(('127.0.0.1', 1))", None, "ended with", 0),
        ("print('hello')", Verdict.OK, "no input", 0),
        ("x = int(input())", Verdict.RE, "EOFError", 0),
    ],
    ids=["crash", "endless", "network", "wrong form", "reads"],
)
async def test_a_program_that_goes_wrong_is_told(
    code: str, verdict: Verdict | None, why: str, inputs: int
) -> None:
    async with kit() as made:
        event = await run_generator(made, TWICE, code)
    assert verdict is None or event.verdict is verdict
    assert event.verdict is not None and why in event.why
    assert len(event.inputs) == inputs


async def test_it_cannot_touch_what_is_outside(tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = f"open({str(target)!r}, 'w').write('x')\nprint('=====')\nprint(7)"
    async with kit() as made:
        event = await run_generator(made, TWICE, code)
    assert not target.exists() and event.inputs == ()


async def test_the_seed_of_the_run_decides_what_is_drawn() -> None:
    drawn = []
    for seed in (1, 1, 2):
        async with kit(seed=seed) as made:
            drawn.append((await run_generator(made, TWICE, DRAWN)).inputs)
    assert len(drawn[0]) == 5 and drawn[0] == drawn[1] != drawn[2]


class Nowhere:
    """A machine without isolation; whoever runs something there fails the test."""

    async def probe(self) -> Isolation:
        return Isolation(tier=Tier.NONE, why="no namespaces")

    async def run(self, job: Job) -> Ran:
        raise AssertionError("run without isolation")

    async def close(self) -> None:
        return None


async def test_nothing_runs_without_isolation() -> None:
    async with kit() as made:
        bare = Kit(engine=made.engine, sandbox=Nowhere(), settings=SolverSettings(), seed=1)
        event = await run_generator(bare, TWICE, ROWS)
    assert event.inputs == () and event.verdict is None and event.why == "not run: no namespaces"
