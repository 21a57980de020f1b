# hostile: a daemon that keeps standard output and error open after its parent has ended
# policy: strict, project
# limits: cpu=2 wall=20
# verdicts strict: RE
# verdicts project: OK
# expect project: right

import os
import time

print("right", flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
