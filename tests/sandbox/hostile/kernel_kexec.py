# hostile: starts another kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 246, "aarch64": 104}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0, 0, 0, 0)
print("after")
