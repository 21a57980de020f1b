# hostile: signals everything but itself
# policy: strict
# stdin: {pid} {supervisor}
# worked: none
# verdicts: OK

import ctypes
import json
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
host, supervisor = map(int, input().split())


def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


attempts = {
    "parent": lambda: os.kill(os.getppid(), 0),
    "first": lambda: os.kill(1, signal.SIGKILL),
    "host": lambda: os.kill(host, 0),
    "supervisor": lambda: os.kill(supervisor, 0),
    "all": lambda: os.kill(-1, 0),
    "own group": lambda: os.killpg(0, 0),
    "session": lambda: os.setsid(),
    "group": lambda: os.setpgid(0, 0),
    "priority of all": lambda: os.setpriority(os.PRIO_USER, 0, 10),
    "priority of its parent": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 10),
    "processors of its parent": lambda: os.sched_setaffinity(os.getppid(), {0}),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "descriptor of its parent": lambda: os.pidfd_open(os.getppid()),
    "to outlive": lambda: call("prctl", 1, 0, 0, 0, 0),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
