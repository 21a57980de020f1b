# hostile: looks for keys of its session in the kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0, -3, 0)
print("after")
