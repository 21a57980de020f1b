"""Replays of small pools, really executed: scores, draws, states, and that ``passed`` decides nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from atlas_tui.bench.evidence import RowEvidence, Unusable, gather, work_of
from atlas_tui.bench.pool import row_of
from atlas_tui.bench.replay import Replayed, chosen_places, draws, replay
from atlas_tui.bench.report import Report
from atlas_tui.bench.running import Runner
from atlas_tui.errors import InputError
from atlas_tui.facts import State
from atlas_tui.sandbox import LocalSandbox
from atlas_tui.settings import SandboxSettings
from atlas_tui.solver.choose_rules import POLICIES


def program(expression: str) -> str:
    return f"def f(x):\n    return {expression}\n"


DOUBLE, SQUARE, PLUS, CRASH, WRONG, LOOP = (
    program("2 * x"), program("x * x"), program("x + 2"), program("1 // (x - 2) and 4 if x == 2 else 1 // 0"),
    program("x"), "def f(x):\n    while x != 2:\n        pass\n    return 4\n",
)  # fmt: skip
"""On the sample, f(2) == 4, the first three and the last are right."""


def row(*codes: str, right: Sequence[str] = (DOUBLE,), **more: Any) -> dict[str, Any]:
    return {
        "id": more.pop("id", "p"),
        "statement": "Write a function f(x) that doubles a number.",
        "entry_point": "f",
        "samples": [{"assert": "assert f(2) == 4"}],
        "inputs": ["f(3)", "f(5)", "f(0)", "f(1)"],
        "candidates": [{"code": code, "passed": code.strip() in map(str.strip, right)} for code in codes],
    } | more


def evidence(*rows: dict[str, Any]) -> list[RowEvidence]:
    async def run() -> list[RowEvidence]:
        sandbox = LocalSandbox(SandboxSettings())
        try:
            runner = Runner(sandbox, call_seconds=0.3)
            return [await gather(row_of(one, 1), runner) for one in rows]
        finally:
            await sandbox.close()

    return asyncio.run(run())


def replayed(pool: Path, *lines: Any, policy: str = "full", k: int = 3, seeds: int = 50) -> Replayed:
    pool.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines))

    async def run() -> Replayed:
        sandbox = LocalSandbox(SandboxSettings())
        try:
            runner = Runner(sandbox, call_seconds=0.3)
            return await replay(pool, runner, policy=policy, k=k, seeds=seeds)
        finally:
            await sandbox.close()

    return asyncio.run(run())


def test_the_ladder_chooses_as_the_evidence_says() -> None:
    (found,) = evidence(row(DOUBLE, SQUARE, DOUBLE + "# again\n", WRONG, CRASH))
    assert found.passed == (1, 1, 1, 0, 0)
    everybody = range(5)
    assert chosen_places(found.table(everybody), "random") == [0, 1, 2, 3, 4]
    assert chosen_places(found.table(everybody), "samples") == [0, 1, 2]
    assert chosen_places(found.table(everybody), "agreement") == [0, 2]
    assert chosen_places(found.table([0, 1]), "agreement") == [0, 1], "two that differ are a tie"
    assert chosen_places(found.table([3, 4]), "samples") == [3, 4], "none passes: all are as good"


def test_of_two_that_disagree_the_one_that_others_come_near_to_is_taken() -> None:
    near = program("2 * x if x != 2 else 5")
    (found,) = evidence(row(DOUBLE, SQUARE, near))
    assert found.passed == (1, 1, 0)
    assert chosen_places(found.table([0, 1]), "agreement") == [0, 1]
    assert chosen_places(found.table([0, 1, 2]), "agreement") == [0]


def test_self_tests_decide_only_what_agreement_leaves_open() -> None:
    tests = ["assert f(3) == 6", "assert f(5) == 10", "assert f(1) == 2", "assert f(9) == 1", "assert f("]
    (found,) = evidence(row(DOUBLE, SQUARE, PLUS, WRONG, self_tests=tests))
    assert found.dropped == 1 and found.passes.shape == (4, 4)
    assert chosen_places(found.table([0, 1]), "full") == [0]
    assert chosen_places(found.table([0, 1, 2, 3]), "b4") == [0]
    assert chosen_places(found.table([0, 1, 2, 3]), "codet") == [0]


def test_a_time_out_and_a_crash_are_outputs() -> None:
    (found,) = evidence(row(DOUBLE, LOOP, program("4 if x == 2 else 1 // 0")))
    table = found.table([0, 1, 2])
    assert table.agreement is not None
    inputs = table.agreement.inputs
    assert inputs > 4, "those of the row, and others"
    assert table.agreement.failures == {"0": 0, "1": inputs, "2": inputs}
    assert table.agreement.clusters == (("0",),), "the others never end well"
    assert chosen_places(table, "agreement") == [0]


def test_flipping_every_verdict_changes_no_choice(tmp_path: Path) -> None:
    rows = [row(DOUBLE, SQUARE, PLUS, WRONG, CRASH, DOUBLE + "\n", id="a"), row(PLUS, SQUARE, WRONG, id="b")]
    flipped = [
        one | {"candidates": [each | {"passed": not each["passed"]} for each in one["candidates"]]}
        for one in rows
    ]
    for found, other in zip(evidence(*rows), evidence(*flipped), strict=True):
        for drawn in combinations(range(len(found.codes)), 3):
            for policy in POLICIES:
                left = chosen_places(found.table(drawn), policy)
                assert left == chosen_places(other.table(drawn), policy)
    one = Report(replayed(tmp_path / "one", *rows)).as_json()
    two = Report(replayed(tmp_path / "two", *flipped)).as_json()
    assert two["sel@k"] == pytest.approx(1 - one["sel@k"], abs=2e-5)
    assert {state: found["draws"] for state, found in one["states"].items()} == {
        state: found["draws"] for state, found in two["states"].items()
    }


def test_rates_of_a_small_pool_are_exact(tmp_path: Path) -> None:
    never = "def f(x):\n    raise ValueError\n"
    result = replayed(tmp_path / "pool", row(DOUBLE, SQUARE, DOUBLE + "\n", never), policy="agreement")
    report = Report(result).as_json()
    assert report["n"] == 1 and result.problems[0].draws == 4, "all four sets of three"
    assert report["pass@1"] == 0.5 and report["pass@k"] == 1.0
    # Of {A,S,A'}, {A,S,C}, {A,A',C}, {S,A',C}: right, a tie of A and S, right, a tie.
    assert report["sel@k"] == pytest.approx((1 + 0.5 + 1 + 0.5) / 4)
    assert report["policies"]["samples"]["sel@k"] == pytest.approx((2 / 3 + 0.5 + 1 + 0.5) / 4, abs=1e-5)
    assert report["policies"]["random"]["sel@k"] == 0.5
    assert report["efficiency"] == pytest.approx(0.5)
    assert report["states"][str(State.MOST_AGREE)] == {
        "draws": 1, "share": 0.25, "precision": 1.0, "interval": [None, None],
    }  # fmt: skip
    assert report["states"][str(State.SOME_AGREE)]["precision"] == 1.0
    assert report["states"][str(State.SPLIT)] == {
        "draws": 2, "share": 0.5, "precision": 0.5, "interval": [None, None],
    }  # fmt: skip


def test_malformed_rows_are_named_and_counted(tmp_path: Path) -> None:
    bad = row(DOUBLE, samples=[{"assert": "assert f("}])
    nameless = row(DOUBLE, id="q") | {"samples": [{"assert": "nothing = 1"}]}
    result = replayed(tmp_path / "pool", "{", row(DOUBLE), bad, nameless, {"id": 1})
    assert [(one.line, one.why) for one in result.malformed] == [
        (1, "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (3, "sample 1: it is no Python"),
        (4, "sample 1: it asserts nothing"),
        (5, "candidates is missing or not a list"),
    ]
    report = Report(result).as_json()
    assert report["skipped"] == 4 and report["n"] == 1
    with pytest.raises(InputError):
        replayed(tmp_path / "none", "{", "[]")
    with pytest.raises(InputError):
        replayed(tmp_path / "empty", "")


def test_programs_on_standard_input(tmp_path: Path) -> None:
    right, wrong = "print(2 * int(input()))", "n = int(input())\nprint(n * n)"
    pool = {
        "id": "s", "statement": "Print twice the number.\n1 <= n <= 50",
        "samples": [{"stdin": "2\n", "stdout": "4\n"}],
        "candidates": [{"code": code, "passed": code is right} for code in (right, wrong, right, "no(")],
    }  # fmt: skip
    result = replayed(tmp_path / "pool", pool, policy="agreement")
    assert result.problems[0].chosen["agreement"] > result.problems[0].chosen["samples"]
    (found,) = evidence(pool)
    assert found.usable == (True, True, True, False) and found.passed == (1, 1, 1, 0)
    assert found.classes.shape[1] > 5, "further inputs were made from the sample"


def test_methods_with_named_arguments(tmp_path: Path) -> None:
    def method(expression: str) -> str:
        return f"class Solution:\n    def add(self, a: List[int], b: int):\n        return {expression}\n"

    pool = {
        "id": "l", "statement": "Add b to each.\n1 <= a.length <= 5\n0 <= a[i] <= 9\n1 <= b <= 9",
        "entry_point": "add", "starter": "class Solution:\n    def add(self, a: List[int], b: int):\n",
        "samples": [{"kwargs": {"a": [2], "b": 2}, "expected": [4]}],
        "candidates": [
            {"code": method(code), "passed": code == "[x + b for x in a]"}
            for code in ("[x + b for x in a]", "[x * b for x in a]", "[b + x for x in a]", "a")
        ],
    }  # fmt: skip
    (found,) = evidence(pool)
    assert found.passed == (1, 1, 1, 0) and found.classes.shape[1] > 5
    assert chosen_places(found.table(range(4)), "agreement") == [0, 2]


def test_a_row_that_is_only_a_statement_is_read(tmp_path: Path) -> None:
    statement = "Print twice the number.\n\nInput: 3\nOutput: 6\n"
    codes = ("print(2 * int(input()))", "print(7)")
    candidates = [{"code": code, "passed": code is codes[0]} for code in codes]
    pool = {"id": "r", "statement": statement, "candidates": candidates}
    (found,) = evidence(pool)
    assert found.samples == 1 and found.passed == (1, 0)
    with pytest.raises((Unusable, InputError)):
        work_of(row_of(pool | {"statement": "\x00"}, 1))


def test_draws_depend_on_the_problem_alone() -> None:
    assert list(draws(4, 3, 100, "p")) == list(combinations(range(4), 3))
    assert list(draws(2, 3, 100, "p")) == [(0, 1)]
    some = list(draws(30, 3, 60, "p"))
    assert some == list(draws(30, 3, 60, "p")) != list(draws(30, 3, 60, "q"))
    assert len(some) == 60 and all(len(set(drawn)) == 3 for drawn in some)


def test_each_program_runs_once_whatever_the_number_of_draws(tmp_path: Path) -> None:
    pool = row(*[DOUBLE] * 6, SQUARE, SQUARE)
    few = replayed(tmp_path / "few", pool, seeds=1)
    many = replayed(tmp_path / "many", pool, seeds=500)
    assert few.runs == many.runs == 2
