# hostile: calls itself and has told the interpreter never to refuse
# policy: strict, project
# limits: cpu=4 wall=15 memory=256
# verdicts: RE MLE TLE

import sys

sys.setrecursionlimit(10**9)


def again(n):
    return again(n + 1) + 1


again(0)
