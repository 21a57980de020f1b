# hostile: makes a ring through which files open and sockets connect without a call
# policy: strict
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(425, 8, ctypes.create_string_buffer(120))
print("after")
