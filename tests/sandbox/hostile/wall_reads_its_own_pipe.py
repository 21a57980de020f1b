# hostile: waits for what only it could write
# policy: strict
# limits: cpu=1 wall=0.5
# verdicts: TLE

import os

reading, writing = os.pipe()
os.read(reading, 1)
