# hostile: an output that cannot be flushed
# policy: strict
# entry: f
# expect: 7
# verdicts: OK RE

import sys


class Output:
    def write(self, text):
        raise ValueError

    def flush(self):
        raise SystemExit(0)


def f():
    sys.stdout = sys.stderr = Output()
    return 7
