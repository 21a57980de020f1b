# benign: a feature of later versions
# policy: strict
# expect: list[int]
# verdicts: OK

from __future__ import annotations


def f(x: list[int]) -> None: ...


print(f.__annotations__["x"])
