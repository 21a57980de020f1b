# benign: a function that reads standard input although there is none
# policy: strict
# entry: f
# expect: ""
# verdicts: OK

import sys


def f():
    return sys.stdin.read()
