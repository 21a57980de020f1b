# benign: enumerations, named tuples and matching
# policy: strict
# expect: RED Pair(a=1, b=2) 3
# verdicts: OK

from enum import Enum
from typing import NamedTuple


class Colour(Enum):
    RED = 1


class Pair(NamedTuple):
    a: int
    b: int


pair = Pair(1, 2)
print(Colour(1).name, pair, sum(pair))
