# hostile: an integer of a million digits
# policy: strict
# limits: cpu=0.25 wall=4
# entry: f
# expect: 43
# verdicts: RE WA TLE OLE

import sys


def f():
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return 10**999_999
