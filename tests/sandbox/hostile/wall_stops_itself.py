# hostile: stops itself and waits for someone to wake it
# policy: strict, project
# limits: cpu=1 wall=0.5
# verdicts: TLE

import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
