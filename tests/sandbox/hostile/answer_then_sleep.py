# hostile: the right answer and then ten minutes of nothing
# policy: strict
# limits: cpu=1 wall=0.5
# expect: 42
# verdicts: TLE

import time

print(42, flush=True)
time.sleep(600)
