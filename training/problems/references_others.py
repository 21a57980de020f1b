"""References: what each step on texts, numbers and grids means, apart from its rendered code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

VOWELS = "aeiou"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
Grid = list[list[int]]


def _turn(text: str, k: int) -> str:
    return "".join(_LETTERS[(_LETTERS.index(c) + k) % 26] if c in _LETTERS else c for c in text)


def _in_base(n: int, k: int) -> list[int]:
    return [*_in_base(n // k, k), n % k] if n >= k else [n]


def _primes(n: int) -> list[int]:
    for d in range(2, n + 1):
        if n % d == 0:
            return [d, *_primes(n // d)]
    return []


def _collatz(n: int) -> list[int]:
    return [n] if n < 2 else [n, *_collatz(n // 2 if n % 2 == 0 else 3 * n + 1)]


def _around(g: Grid, i: int, j: int) -> list[int]:
    near = ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))
    return [g[a][b] for a, b in near if 0 <= a < len(g) and 0 <= b < len(g[0])]


TEXTS: Mapping[str, Callable[..., Any]] = {
    "drop_vowels": lambda c: c not in VOWELS,
    "drop_spaces": lambda c: not c.isspace(),
    "caesar": lambda s, k: _turn(s, k),
    "caesar_back": lambda s, k: _turn(s, -k),
    "reverse_text": lambda s: "".join(s[-i - 1] for i in range(len(s))),
    "squeeze": lambda s: "".join(c for c, _ in groupby(s)),
    "run_length": lambda s: "".join(f"{c}{len(list(run))}" for c, run in groupby(s)),
    "split": lambda s: [w for w in s.split(" ") if w],
    "longer": lambda w, k: len(w) > k,
    "with_letter": lambda w, c: w.count(c) > 0,
    "reverse_words": lambda w: "".join(reversed(w)),
    "word_lengths": lambda w: sum(1 for _ in w),
    "reverse_order": lambda ws: list(reversed(ws)),
    "every_word": lambda ws: [w for i, w in enumerate(ws) if i % 2 == 0],
    "every_word_last": lambda ws: [w for i, w in enumerate(ws) if i % 2],
    "letter_codes": lambda s: [_LETTERS.index(c) + 1 for c in s if c in _LETTERS],
    "positions": lambda s, c: [i for i in range(len(s)) if s[i] == c],
    "positions_one": lambda s, c: [i + 1 for i in range(len(s)) if s[i] == c],
}
"""By step on a text, its characters or its words."""

NUMBERS: Mapping[str, Callable[..., Any]] = {
    "number_times": lambda n, k: n * k,
    "number_reverse": lambda n: int("".join(reversed(str(n)))),
    "number_digit_sum": lambda n: sum(_in_base(n, 10)),
    "next_multiple": lambda n, k: math.ceil(n / k) * k,
    "previous_multiple": lambda n, k: math.floor(n / k) * k,
    "digits": lambda n: _in_base(n, 10),
    "divisors": lambda n: sorted({d for i in range(1, math.isqrt(n) + 1) if n % i == 0 for d in (i, n // i)}),
    "prime_factors": _primes,
    "fold_sum": lambda xs: max(sum(xs), -sum(xs)),
}
"""By step on a number, or from a list to one."""

GRIDS: Mapping[str, Callable[..., Any]] = {
    "transpose": lambda g: [[row[j] for row in g] for j in range(len(g[0]))],
    "mirror": lambda g: [list(reversed(row)) for row in g],
    "flip": lambda g: list(reversed(g)),
    "turn_right": lambda g: [[row[j] for row in reversed(g)] for j in range(len(g[0]))],
    "turn_left": lambda g: [[row[-1 - j] for row in g] for j in range(len(g[0]))],
    "add_cells": lambda x, k: x + k,
    "row_sums": sum,
    "row_maxima": max,
    "column_sums": sum,
    "diagonal": lambda g: [g[i][i] for i in range(min(len(g), len(g[0])))],
    "other_diagonal": lambda g: [g[i][-1 - i] for i in range(min(len(g), len(g[0])))],
    "by_rows": lambda g: [x for row in g for x in row],
    "by_columns": lambda g: [row[j] for j in range(len(g[0])) for row in g],
}
"""By step on a grid, a cell, a row or a column."""
