# hostile: restarts the machine
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 169, "aarch64": 142}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 0xFEE1DEAD, 672274793, 0, 0)
print("after")
