# hostile: children that together take four times the limit and each less than it
# policy: strict, project
# limits: cpu=10 wall=15 memory=256
# verdicts strict: RE
# verdicts project: MLE

import os
import time

for _ in range(8):
    if os.fork() == 0:
        block = b"x" * (128 << 20)
        time.sleep(600)
os.wait()
