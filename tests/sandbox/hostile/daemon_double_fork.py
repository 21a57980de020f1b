# hostile: a daemon that forks twice and outlives its parent
# policy: strict, project
# verdicts strict: RE
# verdicts project: OK
# expect project: left

import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
print("left")
