# hostile: opens a file by its number on the disk
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 304, "aarch64": 265}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, -100, ctypes.create_string_buffer(128), 0)
print("after")
