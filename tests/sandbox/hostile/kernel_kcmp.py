# hostile: compares what two processes have open
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 312, "aarch64": 272}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, os.getpid(), os.getppid(), 0, 1, 1)
print("after")
