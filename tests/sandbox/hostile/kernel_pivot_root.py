# hostile: puts another root in the place of its own
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 155, "aarch64": 41}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, b'.', b'.')
print("after")
