"""Inputs against what the statement says of them, as far as the samples confirm the reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from atlas_tui.problem import Mode, Problem, Sample
from atlas_tui.solver.sample_shape import Shape
from atlas_tui.solver.stated_bounds import BOUNDS, FORMAT, Stated

EDGES = Problem(
    statement=(
        "Count the roads.\n\n## Constraints\n\n- $2 \\leq N \\leq 10$\n- $0 \\leq M \\leq 20$\n"
        "- $1 \\leq A_i \\leq N$\n\n## Input\n\nThe input is given in the following format:\n\n"
        "```\nN M\nA_1 A_2 \\ldots A_M\n```\n\n## Output\n\nPrint it."
    ),
    mode=Mode.PROGRAM,
    samples=(Sample(given="3 2\n1 3\n", expected="2\n"),),
)
LETTERS = Problem(
    statement="Find it.\n1 <= words.length <= 3\n1 <= words[i].length <= 4\n0 <= k < 5\n"
    "words[i] consists of lowercase English letters.",
    mode=Mode.FUNCTION,
    entry_point="f",
    signature="def f(words: list[str], k: int) -> int:",
    samples=(Sample(given='[["ab", "c"], 1]', expected="1"),),
)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("5 3\n1 5 2\n", ""),
        ("5 3\n1 5\n", FORMAT),
        ("5 3 1\n1 5 2\n", FORMAT),
        ("11 1\n1\n", BOUNDS),
        ("1 1\n1\n", BOUNDS),
        ("3 1\n4\n", BOUNDS),
    ],
)
def test_programs(given: str, fault: str) -> None:
    assert Stated(EDGES).formatted
    assert Stated(EDGES).fault(given) == Shape(EDGES).fault(given) == fault


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ('[["abcd"], 4]', ""),
        ('[["abcd"], 5]', BOUNDS),
        ('[["abcde"], 4]', BOUNDS),
        ('[["Abc"], 4]', BOUNDS),
        ("[[], 4]", BOUNDS),
        ('[["a"], 1, 2]', ""),
    ],
)
def test_functions(given: str, fault: str) -> None:
    assert Stated(LETTERS).fault(given) == fault


def test_what_a_sample_does_not_keep_to_was_misread() -> None:
    odd = replace(LETTERS, samples=(Sample(given='[["Abcdef"], 9]', expected="1"),))
    assert Stated(odd).fault('[["ABCDEFG"], 20]') == ""
    assert Stated(odd).fault("[[], 1]") == BOUNDS
    other = replace(EDGES, samples=(Sample(given="3\n1 3\n", expected="2\n"),))
    assert not Stated(other).formatted and Stated(other).fault("anything") == ""


def test_a_statement_without_bounds_asks_for_nothing() -> None:
    plain = replace(LETTERS, statement="Find it.")
    assert Stated(plain).fault('[["ABCDEFG"], 20]') == "" and Stated(plain).fault("no JSON") == ""
