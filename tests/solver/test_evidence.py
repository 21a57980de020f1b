"""Agreement and written tests on real programs in the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from atlas_tui.engine.base import Engine
from atlas_tui.events import CandidateReady, TestsRun, Verdict, WrittenTest, from_json, to_json
from atlas_tui.problem import Limits, Mode, Problem
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import SandboxSettings, SolverSettings
from atlas_tui.solver.board import Attempt
from atlas_tui.solver.evidence import MOST_TOLD, TOLD, agree, run_tests
from atlas_tui.solver.kit import Kit

QUICK = Limits(cpu_seconds=0.5, wall_seconds=5.0)
PROGRAM = Problem(statement="", mode=Mode.PROGRAM, limits=QUICK)
FUNCTION = Problem(statement="", mode=Mode.FUNCTION, entry_point="f", limits=QUICK)


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    sandbox = LocalSandbox(SandboxSettings())
    yield Kit(engine=cast(Engine, None), sandbox=sandbox, settings=SolverSettings(), seed=1)
    await sandbox.close()


def attempts(*codes: str) -> list[Attempt]:
    labels = "ABCDEF"
    return [
        Attempt(CandidateReady(candidate=label, round=0, code=code))
        for label, code in zip(labels, codes, strict=False)
    ]


async def test_outputs_are_compared_as_they_are_judged(kit: Kit) -> None:
    found = await agree(
        kit,
        PROGRAM,
        attempts(
            "n = int(input())\nprint(n, n / 10)",
            "n = int(input())\nprint(n, '', end='')\nprint(sum([0.1] * n))",
            "n = int(input())\nprint(n)",
        ),
        ["3\n", "7\n", "nonsense\n"],
    )
    assert found.clusters == (("A", "B"), ("C",))
    assert found.inputs == 2, "all fail on the malformed one"
    assert found.differ_on == "3\n" and found.outputs[1].strip() == "3"
    assert [one.number for one in found.tried] == [1, 2, 3]
    first, _, malformed = found.tried
    assert first.given == "3\n" and [gave.group for gave in first.gave] == [0, 0, 1]
    assert [gave.candidate for gave in first.gave] == ["A", "B", "C"] and first.gave[2].printed == "3\n"
    assert {gave.verdict for gave in malformed.gave} == {Verdict.RE}
    assert "ValueError" in malformed.gave[0].stderr and malformed.gave[0].group == -1
    assert dict(found.shares)["A"] > dict(found.shares)["C"]
    assert from_json(to_json(found)) == found


async def test_crashes_and_time_outs_count_on_inputs_that_others_can_read(kit: Kit) -> None:
    found = await agree(
        kit,
        FUNCTION,
        attempts(
            "def f(x): return x",
            "def f(x): return x if x < 5 else 1 // 0",
            "def f(x):\n    while x > 4: pass\n    return x",
        ),
        ["[1]", "[9]"],
    )
    assert found.clusters == (("A",), ("B",), ("C",))
    assert dict(found.failures) == {"A": 0, "B": 1, "C": 1}
    assert found.differ_on == "[9]" and found.outputs == ("9", "RE", "TLE")


async def test_of_many_inputs_those_that_tell_candidates_apart_are_told(kit: Kit) -> None:
    found = await agree(
        kit,
        FUNCTION,
        attempts("def f(x): return 'y' * x", "def f(x): return 'y' * x if x != 900 else 1 // 0"),
        [f"[{n}]" for n in (*range(30), 900)],
    )
    assert [one.number for one in found.tried] == [*range(1, MOST_TOLD), 31]
    telling = found.tried[-1]
    assert [gave.verdict for gave in telling.gave] == [Verdict.OK, Verdict.RE]
    assert "characters left out" in telling.gave[0].printed and len(telling.gave[0].printed) < TOLD + 60
    assert telling.gave[0].facts.wall_seconds > 0


async def test_one_candidate_agrees_with_itself(kit: Kit) -> None:
    found = await agree(kit, FUNCTION, attempts("def f(x): return x"), ["[1]"])
    assert found.clusters == (("A",),) and found.differ_on == ""
    assert (await agree(kit, FUNCTION, attempts("def f(x): return x"), [])).inputs == 0


async def test_written_tests_are_run_on_usable_attempts(kit: Kit) -> None:
    tests = [WrittenTest(given=f"[{n}]", expected=str(2 * n), origin="draw 1") for n in range(3)]
    unusable = Attempt(CandidateReady(candidate="C", round=0, code="def f(", error="line 1: syntax"))
    given = [*attempts("def f(x): return 2 * x", "def f(x): return x * x"), unusable]
    found = [event async for event in run_tests(kit, FUNCTION, given, tests)]
    results = [(one.candidate, one.passed, one.tests) for one in found if isinstance(one, TestsRun)]
    assert results == [("A", (0, 1, 2), 3), ("B", (0, 2), 3)]
    told = [[(gave.verdict, gave.printed) for gave in one.gave] for one in found if isinstance(one, TestsRun)]
    assert told[1] == [(Verdict.OK, "0"), (Verdict.WA, "1"), (Verdict.OK, "4")]
    assert [event async for event in run_tests(kit, FUNCTION, given, [])] == []
