# hostile: takes the signal that its time is up for the moment to print a guess, and goes on
# policy: strict
# limits: cpu=1 wall=5
# verdicts: TLE
# expect: 42

import signal
import sys


def late(*_):
    print(42)
    sys.stdout.flush()


signal.signal(signal.SIGXCPU, late)
while True:
    pass
