# hostile: has the kernel start a program that fetches a key
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 249, "aarch64": 218}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, b'user', b'left', b'x', -3)
print("after")
