# hostile: loads a module into the kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 175, "aarch64": 105}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0, 0, b'')
print("after")
