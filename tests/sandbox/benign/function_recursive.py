# benign: a function that calls itself ten thousand times
# policy: strict
# entry: f
# arguments: [10000]
# expect: 50005000
# verdicts: OK

import sys

sys.setrecursionlimit(10**6)


def f(n):
    return 0 if n == 0 else n + f(n - 1)
