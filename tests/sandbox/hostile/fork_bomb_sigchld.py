# hostile: a fork bomb that forks again for each child that ends
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts strict: TLE
# verdicts project: TLE MLE RE
# gone-within: 1

import os
import signal


def again(*_):
    for _ in range(2):
        try:
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, again)
        except OSError:
            pass


signal.signal(signal.SIGCHLD, again)
again()
while True:
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        pass
