# hostile: ignores the signal that says its time is up
# policy: strict, project
# limits: cpu=1 wall=5
# verdicts: TLE

import signal

signal.signal(signal.SIGXCPU, lambda *_: None)
while True:
    pass
