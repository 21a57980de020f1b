# hostile: ends with zero before it returns
# policy: strict
# entry: f
# expect: 43
# verdicts: RE

import os


def f():
    os._exit(0)
