# hostile: leaves by the exception that ends programs well
# policy: strict
# entry: f
# expect: 43
# verdicts: RE

import sys


def f():
    sys.exit(0)
