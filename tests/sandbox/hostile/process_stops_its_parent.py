# hostile: stops and interrupts the process it was started by, without end
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE RE OK

import os
import signal

for _ in range(1_000):
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1):
        for target in (os.getppid(), 1):
            try:
                os.kill(target, number)
            except OSError:
                pass
