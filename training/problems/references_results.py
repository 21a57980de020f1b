"""References: what each step of the end of a chain means, apart from its rendered code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

RESULTS: Mapping[str, Callable[..., Any]] = {
    "sum": sum,
    "max": lambda xs: sorted(xs)[-1] if xs else 0,
    "min": lambda xs: sorted(xs)[0] if xs else 0,
    "range": lambda xs: sorted(xs)[-1] - sorted(xs)[0] if xs else 0,
    "length": lambda xs: sum(1 for _ in xs),
    "distinct": lambda xs: len(dict.fromkeys(xs)),
    "count_above": lambda xs, k: len([x for x in xs if x > k]),
    "alternating": lambda xs: sum(x if i % 2 == 0 else -x for i, x in enumerate(xs)),
    "last": lambda xs, e: xs[-1] if xs else e,
    "mode": lambda xs: min(xs, key=lambda x: (-xs.count(x), x)) if xs else 0,
    "gcd": lambda xs: math.gcd(*xs),
    "is_sorted": lambda xs: "YES" if xs == sorted(xs) else "NO",
    "list": list,
    "text": str,
    "text_length": lambda s: sum(1 for _ in s),
    "vowel_count": lambda s: sum(s.count(v) for v in "aeiou"),
    "letter_count": lambda s, c: len(s.split(c)) - 1,
    "words": lambda ws: " ".join(ws),
    "word_count": lambda ws: sum(1 for _ in ws),
    "longest": lambda ws: sorted(ws, key=len, reverse=True)[0] if ws else "none",
    "number": int,
    "digit_length": lambda n: len(f"{n}"),
    "is_prime": lambda n: "YES" if n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1)) else "NO",
    "grid": list,
    "grid_total": lambda g: sum(x for row in g for x in row),
    "grid_max": lambda g: sorted(x for row in g for x in row)[-1],
}
"""By result: on the last value of the chain."""
