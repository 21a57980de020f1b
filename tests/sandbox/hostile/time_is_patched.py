# hostile: stops every clock it can reach and works without end
# policy: strict
# limits: cpu=0.25 wall=4
# verdicts: TLE

import time

for name in ("time", "monotonic", "perf_counter", "process_time"):
    setattr(time, name, lambda: 0.0)
while time.monotonic() < 1:
    pass
