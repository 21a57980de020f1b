# hostile: reads the log of the kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 103, "aarch64": 116}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 3, ctypes.create_string_buffer(100), 100)
print("after")
