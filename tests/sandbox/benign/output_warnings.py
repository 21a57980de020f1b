# benign: warnings and a long trace on standard error
# policy: strict, project
# expect: right
# verdicts: OK

import sys
import warnings

warnings.warn("old")
for number in range(20_000):
    print("line", number, file=sys.stderr)
print("right \d"[:5])
