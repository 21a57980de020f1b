# hostile: counts how often it ran by objects of the kernel that outlive processes
# policy: strict, project
# runs: 4
# verdicts: OK

import ctypes
import os

libc = ctypes.CDLL(None)
print(libc.shmget(4711, 4096, 0o600) >= 0, libc.semget(4711, 1, 0o600) >= 0, libc.msgget(4711, 0o600) >= 0)
for make in (lambda: libc.shmget(4711, 4096, 0o1600), lambda: libc.semget(4711, 1, 0o1600), lambda: libc.msgget(4711, 0o1600)):
    make()
print(os.path.exists("/dev/mqueue/left"), os.path.exists("/dev/shm/left"))
try:
    open("/dev/shm/left", "w").close()
except OSError:
    pass
