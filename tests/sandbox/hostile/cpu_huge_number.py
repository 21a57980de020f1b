# hostile: a number of a hundred million digits as text
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE MLE OLE RE

import sys

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
print(10 ** 10**8)
