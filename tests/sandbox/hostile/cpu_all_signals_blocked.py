# hostile: ignores and blocks every signal there is
# policy: strict, project
# limits: cpu=1 wall=5
# verdicts: TLE

import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    pass
