# hostile: a daemon with another name, no environment, no signals and no descriptors
# policy: strict, project
# verdicts strict: RE
# verdicts project: OK
# expect project: left

import ctypes
import os
import signal

if os.fork() == 0:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    if os.fork() == 0:
        os.closerange(0, 1024)
        os.chdir("/")
        os.execve("/bin/sh", ["bwrap", "-c", "sleep 600; sleep 600"], {})
    os._exit(0)
os.wait()
print("left")
