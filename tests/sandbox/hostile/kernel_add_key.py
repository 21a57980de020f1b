# hostile: leaves a key in the kernel for the next run
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, b'user', b'left', b'x', 1, -3)
print("after")
