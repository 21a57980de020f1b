# benign: imports every name, as solutions do
# policy: strict
# expect: 3
# verdicts: OK

from collections import *
from heapq import *
from itertools import *
from math import *
from typing import *


def f(numbers: List[int], other: Optional[Dict[str, int]] = None) -> int:
    return reduce_all(numbers)


def reduce_all(numbers: Iterable[int]) -> int:
    return sum(numbers)


print(f([1, 2]))
