# hostile: loads a module out of a file into the kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 313, "aarch64": 273}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0, b'', 0)
print("after")
