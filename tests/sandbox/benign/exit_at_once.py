# benign: ends without ceremony after it has flushed
# policy: strict
# expect: a
# verdicts: OK

import os
import sys

print("a")
sys.stdout.flush()
os._exit(0)
