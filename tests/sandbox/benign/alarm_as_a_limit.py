# benign: gives up a search after a second and prints the best so far
# policy: strict
# expect: best
# verdicts: OK

import signal


class Late(Exception):
    pass


def late(*_):
    raise Late


signal.signal(signal.SIGALRM, late)
signal.alarm(1)
try:
    while True:
        pass
except Late:
    print("best")
