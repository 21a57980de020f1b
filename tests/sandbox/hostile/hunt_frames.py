# hostile: searches the frames above it for the expected output
# policy: strict
# expect: expected-canary-5f20c1
# prints-none-of: 5f20c1
# verdicts: WA

import inspect
import sys

for entry in inspect.stack():
    print(sorted(entry.frame.f_locals), entry.code_context)
frame = sys._getframe()
while frame:
    for name, value in {**frame.f_globals, **frame.f_locals}.items():
        print(name, repr(value)[:300])
    frame = frame.f_back
