# hostile: changes how much others may store
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 179, "aarch64": 60}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0x800002, 0, 0, 0)
print("after")
