# hostile: holds up the kernel in the middle of a call
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 323, "aarch64": 282}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0)
print("after")
