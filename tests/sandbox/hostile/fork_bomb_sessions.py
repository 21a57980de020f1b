# hostile: a fork bomb of which every process leaves its session and ignores what ends others
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts strict: TLE
# verdicts project: TLE MLE RE
# gone-within: 1

import os
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        pass
