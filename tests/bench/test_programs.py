"""Recorded programs made whole."""

from __future__ import annotations

import pytest

from atlas_tui.bench.programs import whole

PROMPT = '''import math
from typing import List

FACTOR = 3


def helper(x):
    """Uses another."""
    return inner(x) * FACTOR


def inner(x):
    return math.floor(x)


def target(x: List[int]) -> int:
    """Do it."""
'''


def names(code: str, entry_point: str = "target", *givens: str) -> dict[str, object]:
    """The names that the whole program defines when it is run."""
    space: dict[str, object] = {}
    exec(compile(whole(code, entry_point, *givens), "main.py", "exec", dont_inherit=True), space)
    return space


def test_helpers_of_the_prompt_come_with_what_they_need() -> None:
    space = names("def target(x):\n    return helper(x[0])", "target", "", PROMPT)
    assert space["target"]([2.5]) == 6  # type: ignore[operator]


def test_the_entry_point_is_never_taken_from_the_prompt() -> None:
    assert "target" not in names("y = 1 if False else len('ab')", "target", PROMPT)
    with pytest.raises(NameError):
        names("z = target([1])", "target", PROMPT)


def test_names_that_judges_put_in_front() -> None:
    code = (
        "from __future__ import annotations\n"
        "def target(x: List[int]) -> Optional[int]:\n"
        "    q = deque(x); heappush(h := [], q[0]); return bisect.bisect_left(h, math.inf) + Counter(x)[1]\n"
    )
    assert names(code)["target"]([1, 1]) == 3  # type: ignore[operator]


@pytest.mark.parametrize(
    "code",
    [
        "print(input())",
        "from math import *\nprint(gcd(4, 6))",
        "def f(List): return List",
        "for deque in range(3): pass\nprint(deque)",
        "no python at (all",
        "",
        "x = unheard_of",
    ],
)
def test_everything_else_stays_as_it_is(code: str) -> None:
    assert whole(code, "f", PROMPT) == code
