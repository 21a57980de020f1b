# hostile: a chain of processes of which each works for a moment and hands over to the next
# policy: strict, project
# limits: cpu=1 wall=20
# verdicts strict: RE
# verdicts project: TLE

import os
import time

for _ in range(40):
    child = os.fork()
    if child == 0:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        os._exit(0)
    os.waitpid(child, 0)
