"""References: what each step on a list of integers means, apart from its rendered code."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any


def _digits(x: int) -> list[int]:
    return [int(c) for c in str(abs(x))]


def _is_prime(x: int) -> bool:
    return x > 1 and all(x % d for d in range(2, math.isqrt(x) + 1))


def _toward_zero(x: int, k: int) -> int:
    return abs(x) // k * (1 if x >= 0 else -1)


def _records(xs: list[int]) -> list[int]:
    return [x for i, x in enumerate(xs) if x > max(xs[:i], default=x - 1)]


def _runs(xs: list[int]) -> list[list[int]]:
    return [list(group) for _, group in itertools.groupby(xs)]


ITEMS: Mapping[str, Callable[..., Any]] = {
    "multiple": lambda x, k: x % k == 0,
    "remainder": lambda x, k, r: x % k == r,
    "greater": lambda x, k: x > k,
    "less": lambda x, k: x < k,
    "between": lambda x, a, b: a <= x <= b,
    "strictly_between": lambda x, a, b: a < x < b,
    "digit_sum_multiple": lambda x, k: sum(_digits(x)) % k == 0,
    "last_digit": lambda x, d: abs(x) % 10 == d,
    "has_digit": lambda x, d: d in _digits(x),
    "prime": _is_prime,
    "add": lambda x, k: x + k,
    "times": lambda x, k: x * k,
    "modulo": lambda x, k: x % k,
    "absolute": abs,
    "negate": lambda x: -x,
    "square": lambda x: x**2,
    "digit_sum": lambda x: sum(_digits(x)),
    "halve_evens": lambda x, k: x + k if x % 2 else x // 2,
    "round_down": lambda x, k: x // k * k,
    "round_up": lambda x, k: -(-x // k) * k,
}
"""By step: on one item."""

LISTS: Mapping[str, Callable[..., Any]] = {
    "take": lambda xs, k: [x for i, x in enumerate(xs) if i < k],
    "drop": lambda xs, k: [x for i, x in enumerate(xs) if i >= k],
    "take_last": lambda xs, k: [x for i, x in enumerate(xs) if i >= len(xs) - k],
    "every_last": lambda xs, k: [x for i, x in enumerate(xs, 1) if i % k == 0],
    "every_first": lambda xs, k: [x for i, x in enumerate(xs) if i % k == 0],
    "even_from_one": lambda xs: [x for i, x in enumerate(xs, 1) if i % 2 == 0],
    "even_from_zero": lambda xs: [x for i, x in enumerate(xs) if i % 2 == 0],
    "records": _records,
    "dedupe": lambda xs: [x for i, x in enumerate(xs) if x not in xs[:i]],
    "dedupe_last": lambda xs: [x for i, x in enumerate(xs) if x not in xs[i + 1 :]],
    "sort": sorted,
    "sort_down": lambda xs: sorted(xs)[::-1],
    "sort_last_digit": lambda xs: [x for d in range(10) for x in xs if abs(x) % 10 == d],
    "reverse": lambda xs: [xs[-i - 1] for i in range(len(xs))],
    "rotate_left": lambda xs, k: [xs[(i + k) % len(xs)] for i in range(len(xs))],
    "rotate_right": lambda xs, k: [xs[(i - k) % len(xs)] for i in range(len(xs))],
    "prefix_sums": lambda xs: [sum(xs[: i + 1]) for i in range(len(xs))],
    "running_max": lambda xs: [max(xs[: i + 1]) for i in range(len(xs))],
    "differences": lambda xs: [xs[i + 1] - xs[i] for i in range(len(xs) - 1)],
    "differences_back": lambda xs: [xs[i] - xs[i + 1] for i in range(len(xs) - 1)],
    "window_sums": lambda xs, k: [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)],
    "chunk_sums": lambda xs, k: [sum(xs[i : i + k]) for i in range(0, len(xs), k)],
    "full_chunk_sums": lambda xs, k: [sum(xs[i : i + k]) for i in range(0, len(xs) - k + 1, k)],
    "run_lengths": lambda xs: [len(run) for run in _runs(xs)],
    "collapse": lambda xs: [run[0] for run in _runs(xs)],
    "weight_one": lambda xs: [xs[i] * (i + 1) for i in range(len(xs))],
    "weight_zero": lambda xs: [xs[i] * i for i in range(len(xs))],
}
"""By step: on the whole list."""
