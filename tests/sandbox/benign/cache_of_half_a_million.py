# benign: a cache with half a million entries
# policy: strict
# limits: cpu=20 wall=60 memory=512
# expect: 500000
# verdicts: OK

from functools import lru_cache


@lru_cache(maxsize=None)
def double(n):
    return 2 * n


for number in range(500_000):
    double(number)
print(double.cache_info().currsize)
