# hostile: an output that takes for ever to flush
# policy: strict
# limits: cpu=1 wall=0.5
# entry: f
# expect: 7
# verdicts: OK RE TLE

import sys
import time


class Output:
    def write(self, text):
        return len(text)

    def flush(self):
        time.sleep(600)


def f():
    sys.stdout = Output()
    return 7
