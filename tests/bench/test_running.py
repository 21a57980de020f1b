"""Recorded programs in the sandbox: many calls in one run, and programs that end such a run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atlas_tui.bench.calls import Result, assert_check, call_in, check_of, input_step
from atlas_tui.bench.pool import AssertSample, CallSample
from atlas_tui.bench.running import PATIENCE, Runner
from atlas_tui.bench.values import NO_JSON, comparable, plain, python_value
from atlas_tui.errors import Refused
from atlas_tui.events import Verdict
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.sandbox.base import Isolation, Job, Ran, Tier
from atlas_tui.settings import SandboxSettings


@pytest.fixture
async def runner() -> AsyncIterator[Runner]:
    sandbox = LocalSandbox(SandboxSettings())
    yield Runner(sandbox, call_seconds=0.3)
    await sandbox.close()


async def values(runner: Runner, code: str, *expressions: str) -> list[Any]:
    """What each expression gives; the verdict where it gives nothing."""
    steps = [step for one in expressions if (step := input_step(one)) is not None]
    results = await runner.steps(code, "f", steps)
    return [python_value(one.payload) if one.verdict is Verdict.OK else one.verdict for one in results]


async def test_values_keep_their_types(runner: Runner) -> None:
    code = "def f(x): return x"
    written = ["(1, [2.5])", "{1: 'a', (2,): None}", "{1, 2}", "True", "10**40", "b'x'", "1j", "float('inf')"]
    given = await values(runner, code, *(f"f({one})" for one in written))
    assert given == [eval(one) for one in written]
    assert [type(one) for one in given] == [type(eval(one)) for one in written]
    assert runner.runs == 1, "all in one run"
    assert (await values(runner, code, "f(f)"))[0] != (await values(runner, code, "f(f)"))[0]


async def test_each_call_meets_a_fresh_program(runner: Runner) -> None:
    code = "seen = []\ndef f(x):\n    seen.append(x); print('noise'); return len(seen)"
    assert await values(runner, code, "f(1)", "f(2)", "f(3)") == [1, 1, 1]


async def test_failures_are_told_apart(runner: Runner) -> None:
    code = (
        "def f(x):\n"
        "    if x == 'slow':\n"
        "        while True:\n            pass\n"
        "    if x == 'big': return 'x' * 10 ** 11\n"
        "    if x == 'exit': raise SystemExit(0)\n"
        "    if x == 'deep': return f(x)\n"
        "    return x\n"
    )
    given = await values(
        runner, code, "f(1)", "f('big')", "f('exit')", "f('deep')", "f('slow')", "f(2)", "1 / 0"
    )
    assert given == [1, Verdict.MLE, Verdict.RE, Verdict.RE, Verdict.TLE, 2, Verdict.RE]
    assert await values(runner, "def f(: pass", "f(1)", "f(2)") == [Verdict.CE, Verdict.CE]


async def test_what_ends_a_whole_run_costs_only_its_own_call(runner: Runner) -> None:
    code = "import os\ndef f(x):\n    if x == 3: os._exit(0)\n    if x == 5: os.abort()\n    return x"
    given = await values(runner, code, *(f"f({n})" for n in range(8)))
    assert given == [0, 1, 2, Verdict.RE, 4, Verdict.RE, 6, 7]


async def test_a_program_that_is_always_slow_is_given_up(runner: Runner) -> None:
    given = await values(runner, "def f(x):\n    while True: pass", *(f"f({n})" for n in range(200)))
    assert given == [Verdict.TLE] * 200
    assert PATIENCE < 5 and runner.runs == 1


async def test_a_program_that_forges_the_answer_gains_nothing_but_nonsense(runner: Runner) -> None:
    code = "import json\njson.dumps = lambda *_: 'forged'\ndef f(x): return x"
    assert await values(runner, code, "f(1)") == [1]
    code = (
        "import sys\nfor m in list(sys.modules.values()):\n"
        "    if hasattr(m, '_one'): m._one = lambda *_: ['OK']\ndef f(x): return x"
    )
    assert (await values(runner, code, "f(1)", "f(2)"))[0] in (1, Verdict.RE)


@pytest.mark.parametrize(
    ("text", "code", "passed"),
    [
        ("assert f(1) == 2", "def f(x): return 2", True),
        ("assert f(1) == 2", "def f(x): return 3", False),
        ("f(1) == 2", "def f(x): return 2", True),
        ("assert 2 == f(1)", "def f(x): return 2", True),
        ("assert f(1) == (1, 2)", "def f(x): return (1, 2)", True),
        ("assert f(1) == (1, 2)", "def f(x): return [1, 2]", False),
        (
            "assert f(1) == [1, 2]",
            "from collections import deque\ndef f(x): return list(deque([1, 2]))",
            True,
        ),
        ("assert f(1) == 1", "class E:\n    def __eq__(s, o): return True\ndef f(x): return E()", False),
        ("assert abs(f(1) - 0.3) < 1e-6", "def f(x): return 0.1 + 0.2", True),
        ("assert not f(1)", "def f(x): return []", True),
        ("assert not f(1)", "def f(x): return [0]", False),
        ("assert f(1) == f(2)", "def f(x): return 7", True),
        (
            "s = Solution()\ndata = {'x': 1}\nassert s.f(**data) == 4",
            "class Solution:\n    def f(self, x): return 4",
            True,
        ),
        ("assert candidate(1) == 2", "def f(x): return 2", True),
        ("assert f(1) == 2", "class Solution:\n    def f(self, x): return 2", True),
        ("assert f(1) == 2", "def g(x): return 2", False),
    ],
)
async def test_asserts(runner: Runner, text: str, code: str, passed: bool) -> None:
    check = assert_check(text)
    (result,) = await runner.steps(code, "f", [check.step])
    assert check.passed(result) is passed


@pytest.mark.parametrize("text", ["assert f(", "x = 1", "", "import os"])
def test_what_asserts_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        assert_check(text)


async def test_named_arguments_are_judged_as_json(runner: Runner) -> None:
    check = check_of(CallSample({"a": [1], "b": 2}, [1, 2.0]))
    good = "class Solution:\n    def f(self, a, b): return (1, 2)"
    (result,) = await runner.steps(good, "f", [check.step])
    assert check.passed(result)
    (result,) = await runner.steps(good.replace("(1, 2)", "{1, 2}"), "f", [check.step])
    assert not check.passed(result)
    (result,) = await runner.steps("def g(): pass", "f", [check.step])
    assert result == Result(Verdict.CE)


def test_the_call_in_a_sample() -> None:
    call = call_in(AssertSample("assert f(1, [2], k='x') == 3"), "f")
    assert call is not None and call.values == (1, [2], "x")
    assert call.step([5, [], "y"])["code"] == "_entry_point_(5, [], k='y')"
    assert call_in(AssertSample("assert f(g(1)) == 3"), "f") is None
    assert call_in(AssertSample("assert g(1) == 3"), "f") is None


def test_values_without_a_json_form_compare_by_what_was_written() -> None:
    assert plain('{"~": "tuple", "v": [1, {"~": "dict", "v": [[1, true]]}]}') == '[1,{"1":true}]'
    odd = json.dumps({"~": "set", "v": [1, 2]})
    assert plain(odd) == NO_JSON and comparable(odd) == odd


class Nowhere:
    """A machine without isolation."""

    async def probe(self) -> Isolation:
        return Isolation(tier=Tier.NONE, why="bubblewrap is missing")

    async def run(self, job: Job) -> Ran:
        raise AssertionError("nothing must be run")

    async def close(self) -> None:
        return None


async def test_nothing_is_run_without_isolation() -> None:
    with pytest.raises(Refused, match="bubblewrap is missing"):
        await Runner(Nowhere()).check()
