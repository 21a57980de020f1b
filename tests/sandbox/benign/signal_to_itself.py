# benign: signals itself
# policy: strict, project
# expect: got
# verdicts: OK

import os
import signal

signal.signal(signal.SIGUSR1, lambda *_: print("got"))
os.kill(os.getpid(), signal.SIGUSR1)
