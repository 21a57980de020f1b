# hostile: prints the answer and then never ends
# policy: strict, project
# limits: cpu=1 wall=0.5
# verdicts: TLE
# expect: 42

import atexit
import time

print(42, flush=True)
atexit.register(time.sleep, 600)
