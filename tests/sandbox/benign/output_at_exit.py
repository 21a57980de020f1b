# benign: collects all output and writes it from a hook at the end
# policy: strict, project
# expect: 1
# expect: 2
# verdicts: OK

import atexit
import io
import sys

collected = io.StringIO()
real, sys.stdout = sys.stdout, collected
atexit.register(lambda: real.write(collected.getvalue()))
print(1)
print(2)
