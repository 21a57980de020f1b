# hostile: changes what a process that is used again would keep
# policy: strict, project
# runs: 4
# verdicts: OK

import gc
import locale
import os
import random
import resource
import signal
import sys
import threading

print(os.getpriority(os.PRIO_PROCESS, 0), sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled())
print(resource.getrlimit(resource.RLIMIT_STACK)[1] == 0, signal.getsignal(signal.SIGINT) is signal.SIG_IGN)
print(len(os.listdir(".")), threading.active_count(), random.__name__, sys.stdin.closed, sys.flags.isolated)
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), os.environ.get("LANG"), signal.getitimer(signal.ITIMER_REAL))
sys.setrecursionlimit(77)
sys.setswitchinterval(0.5)
gc.disable()
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
signal.setitimer(signal.ITIMER_REAL, 1000)
resource.setrlimit(resource.RLIMIT_STACK, (0, 0))
locale.setlocale(locale.LC_ALL, "C")
sys.modules["random"] = sys.modules["json"] = None
try:
    os.nice(5)
except OSError:
    pass
