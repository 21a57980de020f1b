# hostile: counts what other processes do
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
number = {"x86_64": 298, "aarch64": 241}[os.uname().machine]
print("before", flush=True)
libc.syscall(number, ctypes.create_string_buffer(128), 0, -1, -1, 0)
print("after")
