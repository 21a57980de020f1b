# benign: sets itself an alarm
# policy: strict, project
# expect: ring
# verdicts: OK

import signal


def ring(*_):
    print("ring")


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1)
signal.pause()
