# hostile: ends with zero from a hook when an assertion fails
# policy: strict, project
# expect: 42
# verdicts: WA RE

import atexit
import os

atexit.register(os._exit, 0)
print(41)
assert 41 == 42
