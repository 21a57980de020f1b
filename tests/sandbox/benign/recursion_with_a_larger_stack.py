# benign: raises the limit of its stack as far as it may
# policy: strict
# expect: 20000
# verdicts: OK

import resource
import sys

hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))
sys.setrecursionlimit(10**6)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(20_000))
