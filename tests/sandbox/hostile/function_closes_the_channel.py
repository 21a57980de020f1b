# hostile: closes every descriptor and returns the right value
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA OK

import os


def f():
    os.closerange(0, 4096)
    return 43
