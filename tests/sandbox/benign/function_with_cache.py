# benign: a function with a cache and a class of its own
# policy: strict
# entry: f
# arguments: [90]
# expect: 2880067194370816120
# verdicts: OK

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Step:
    n: int


@lru_cache(None)
def value(step):
    return step.n if step.n < 2 else value(Step(step.n - 1)) + value(Step(step.n - 2))


def f(n):
    return value(Step(n))
