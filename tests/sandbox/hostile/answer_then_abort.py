# hostile: the right answer and then an abort
# policy: strict, project
# expect: 42
# verdicts: RE

import os

print(42, flush=True)
os.abort()
