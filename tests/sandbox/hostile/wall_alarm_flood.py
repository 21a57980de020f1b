# hostile: a million alarms a second
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE RE

import signal

signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.000001, 0.000001)
while True:
    pass
