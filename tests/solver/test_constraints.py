"""Bounds read from statements."""

from __future__ import annotations

import pytest

from atlas_tui.solver.constraints import Bound, Of, read_constraints


@pytest.mark.parametrize(
    ("text", "name", "what", "bound"),
    [
        ("1 <= nums.length, queries.length <= 10^5", "queries", Of.LENGTH, Bound(low=1, high=100_000)),
        ("- 1 \\leq N \\leq 2\\times 10^5", "N", Of.VALUE, Bound(low=1, high=200_000)),
        ("0 ≤ A_i < N", "A", Of.ELEMENT, Bound(low=0, below="N", short=1)),
        ("- 1 \\le S_{i,j} \\le M(1 \\le i \\le N)", "S", Of.ELEMENT, Bound(low=1, below="M")),
        ("-10^9 <= x, y <= 10^9", "y", Of.VALUE, Bound(low=-(10**9), high=10**9)),
        ("sizes $n$ ($1 \\le n \\le 2\\cdot 10^5$) — how many", "n", Of.VALUE, Bound(low=1, high=200_000)),
        ("0 <= grid[i][j] <= 2^31 - 1", "grid", Of.ELEMENT, Bound(low=0, high=2**31 - 1)),
        ("1 <= n == s.length <= 1000", "s", Of.LENGTH, Bound(low=1, high=1000)),
        ("1 ≤ |T| ≤ 50", "T", Of.LENGTH, Bound(low=1, high=50)),
        ("1 <= words[i].length <= 10", "words", Of.INNER_LENGTH, Bound(low=1, high=10)),
        ("N is an integer between 1 and 1000, inclusive.", "N", Of.VALUE, Bound(low=1, high=1000)),
        ("S is a string of length between 2 and 100, inclusive.", "S", Of.LENGTH, Bound(low=2, high=100)),
        ("10^4 >= k > 0", "k", Of.VALUE, Bound(low=1, high=10_000)),
        ("The number is small.", "number", Of.VALUE, Bound()),
    ],
)
def test_bounds(text: str, name: str, what: Of, bound: Bound) -> None:
    assert read_constraints(text).of(name, what) == bound


def test_letters_of_texts() -> None:
    found = read_constraints(
        "S consists of lowercase English letters.\nwords[i] consists of only digits and '#'.\nIt is long."
    )
    assert found.letters["S"] == "abcdefghijklmnopqrstuvwxyz"
    assert found.letters["words"] == "0123456789#"


def test_a_bound_by_name_follows_its_value() -> None:
    bound = read_constraints("0 <= B_i < N").of("B", Of.ELEMENT)
    assert bound.within(4, {"N": 5}) and not bound.within(5, {"N": 5}) and not bound.within(-1, {})
    assert bound.within(10**9), "nothing is known of N"


@pytest.mark.parametrize(
    "text", ["<" * 5000, "1 <= " * 900, "9" * 5000 + " <= n <= 10^99999", "a\x00<=b<=\ud800"]
)
def test_nothing_breaks_the_reader(text: str) -> None:
    read_constraints(text)
