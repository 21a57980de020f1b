# hostile: workers whose parent is gone, so that nobody adds up what they use
# policy: strict, project
# limits: cpu=1 wall=20
# verdicts strict: RE
# verdicts project: TLE

import os
import time

reading, writing = os.pipe()
for _ in range(30):
    if os.fork() == 0:
        if os.fork() == 0:
            end = time.process_time() + 0.2
            while time.process_time() < end:
                pass
            os.write(writing, b"x")
        os._exit(0)
    os.wait()
    os.read(reading, 1)
