# hostile: stops everything that shares its process group
# policy: strict, project
# limits: cpu=1 wall=0.5
# verdicts: TLE RE

import os
import signal

os.killpg(0, signal.SIGSTOP)
