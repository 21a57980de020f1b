# hostile: loads a program into the kernel
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, 5, ctypes.create_string_buffer(120), 120)
print("after")
