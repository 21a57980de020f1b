"""Further inputs: of the samples' shape, within the statement's bounds, and not the samples again."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver.constraints import Bound
from atlas_tui.solver.inputs import MOST, agreement_inputs, harvested
from atlas_tui.solver.inputs_layout import fit, read_layout
from atlas_tui.solver.inputs_values import Role, changed, integer

GRAPH = """You are given a table of N rows.

Input

The input is given from Standard Input in the following format:
N K
A_1 A_2 \\ldots A_N
S
X_1 Y_1
X_2 Y_2
\\vdots
X_K Y_K

Output

Print something.

Constraints

- 1 \\leq N \\leq 6
- 1 \\leq K \\leq 4
- 0 \\leq A_i \\leq 20
- 1 \\leq X_i < Y_i \\leq 9
- S consists of lowercase English letters.
"""
GIVEN = ("3 2\n5 0 7\nabc\n1 9\n2 3\n", "4 1\n1 1 20 4\nzz\n3 4\n")


def program(statement: str, *given: str) -> Problem:
    samples = tuple(Sample(given=one, expected="") for one in given)
    return Problem(statement=statement, mode=Mode.PROGRAM, samples=samples)


def function(statement: str, signature: str, *given: list[Any]) -> Problem:
    samples = tuple(Sample(given=json.dumps(one), expected="1") for one in given)
    return Problem(
        statement=statement, mode=Mode.FUNCTION, entry_point="f", signature=signature, samples=samples
    )


def test_a_programs_inputs_keep_to_the_format_and_the_bounds() -> None:
    inputs = agreement_inputs(program(GRAPH, *GIVEN), seed=2)
    assert len(inputs) == MOST and len(set(inputs)) == MOST and not set(inputs) & set(GIVEN)
    sizes = set()
    for given in inputs:
        lines = given.splitlines()
        n, k = map(int, lines[0].split())
        values = list(map(int, lines[1].split()))
        assert len(values) == n <= 6 and len(lines) == 3 + k and 1 <= k <= 4, "sizes match what they count"
        assert all(0 <= value <= 20 for value in values)
        assert lines[2].isalpha() and lines[2].islower()
        for line in lines[3:]:
            x, y = map(int, line.split())
            assert x >= 1 and y <= 9
        sizes.add((n, k))
    assert len(sizes) > 2, "sizes are changed too"


def test_the_same_seed_gives_the_same_inputs_and_another_gives_others() -> None:
    problem = program(GRAPH, *GIVEN)
    assert agreement_inputs(problem, 5) == agreement_inputs(problem, 5) != agreement_inputs(problem, 6)


def test_arguments_keep_to_their_own_bounds() -> None:
    statement = (
        "1 <= nums.length <= 5\n-3 <= nums[i] <= 3\n1 <= k <= 4\ns consists of lowercase English letters."
    )
    problem = function(statement, "def f(nums, k, s):", [[1, -2, 3], 2, "ab"], [[0, 0], 4, "q"])
    inputs = [json.loads(given) for given in agreement_inputs(problem, 1)]
    assert len(inputs) == MOST
    for nums, k, text in inputs:
        assert 1 <= len(nums) <= 5 and all(-3 <= value <= 3 for value in nums)
        assert 1 <= k <= 4 and (text.islower() or text == "")
    assert any(len(nums) not in (2, 3) for nums, _, _ in inputs)


def test_special_cases_come_first() -> None:
    inputs = agreement_inputs(function("", "def f(a, s, n):", [[4, 5], "xyz", 7]), 1)
    assert [json.loads(one) for one in inputs[:6]] == [
        [[], "xyz", 7], [[4], "xyz", 7], [[4, 5], "", 7], [[4, 5], "x", 7],
        [[4, 5], "xyz", 0], [[4, 5], "xyz", 1],
    ]  # fmt: skip
    bounded = "2 <= a.length <= 9\n1 <= s.length <= 5\n3 <= n <= 8"
    inputs = agreement_inputs(function(bounded, "def f(a, s, n):", [[4, 5], "xyz", 7]), 1)
    assert [json.loads(one) for one in inputs[:4]] == [
        [[4, 5], "x", 7], [[4, 5], "xy", 7], [[4, 5], "xyz", 3], [[4, 5], "xyz", 4],
    ]  # fmt: skip


def test_lists_that_belong_together_stay_of_one_length() -> None:
    problem = function("", "def f(a, b, n):", [[1, 2, 3], [4, 5, 6], 3], [[7, 8], [9, 9], 2])
    for given in agreement_inputs(problem, 3):
        one, other, _ = json.loads(given)
        assert len(one) == len(other)


def test_order_distinctness_and_permutations_are_kept_where_all_samples_have_them() -> None:
    rng = random.Random(4)
    ascending = Role.named("x", _none(), [[1, 4, 9], [2, 3, 8, 11]])
    shuffled = Role.named("x", _none(), [[3, 1, 2], [2, 1, 4, 3]])
    for _ in range(60):
        made = changed([2, 3, 8, 11], ascending, rng)
        assert made == sorted(set(made))
        assert sorted(changed([2, 1, 4, 3], shuffled, rng)) == [1, 2, 3, 4]


def _none() -> Any:
    from atlas_tui.solver.constraints import Constraints

    return Constraints()


def test_without_bounds_a_number_keeps_its_sign() -> None:
    rng = random.Random(1)
    assert all(integer(3, Bound(), rng) > 0 for _ in range(200))
    assert all(integer(-3, Bound(), rng) < 0 for _ in range(200))
    assert {integer(3, Bound(low=0, high=4), rng) for _ in range(200)} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "value", [True, 1, 2.5, "abc", [1, [2, "x"]], {"a": [1, 2]}, None, (1, 2), [], "", {1, 2}]
)
def test_types_stay(value: Any) -> None:
    rng = random.Random(2)
    for _ in range(50):
        assert type(changed(value, Role(), rng)) is type(value)


def test_a_layout_is_used_only_where_every_sample_fits_it() -> None:
    layout = read_layout(GRAPH)
    assert layout is not None and len(layout) == 4
    assert fit(GIVEN[0], layout) is not None
    assert fit("3 2\n5 0\nabc\n1 9\n2 3\n", layout) is None, "a row with a field too few"
    assert fit(GIVEN[0] + "1 2\n", layout) is None, "a line too many"
    assert read_layout("no format at all") is None


def test_inputs_with_a_structure_that_changes_would_break_are_not_changed() -> None:
    statement = "You are given a tree.\n\nInput\n\nN\nedges"
    assert agreement_inputs(program(statement, "3\n1 2\n2 3\n"), 1) == ()


def test_harvested_inputs_are_of_the_problems_form_and_new() -> None:
    problem = function("", "def f(a):", [[1, 2]])
    assert harvested(problem, ["[[1, 2]]", "[[3]]", "nonsense", "[[3]]", '{"a": 1}']) == ("[[3]]",)
    assert harvested(program("", "1\n"), ["1\n", "2\n"]) == ("2\n",)


def test_samples_that_are_no_json_give_nothing() -> None:
    bad = Problem(
        statement="", mode=Mode.FUNCTION, entry_point="f", samples=(Sample(given="not json", expected="1"),)
    )
    assert agreement_inputs(bad, 1) == ()
    assert agreement_inputs(program("nothing"), 1) == ()
