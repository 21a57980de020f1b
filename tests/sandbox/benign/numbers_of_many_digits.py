# benign: numbers of thousands of digits
# policy: strict, project
# expect: 4000 30103
# verdicts: OK

import sys

text = str(10**3999)
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)
print(len(text), len(str(2**100_000)))
