# hostile: four processes that work at once, each below the limit
# policy: strict, project
# limits: cpu=2 wall=20
# verdicts strict: RE
# verdicts project: TLE

import os
import time

children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        while time.process_time() < 1.4:
            pass
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
print("not reached in time")
