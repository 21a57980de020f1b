# hostile: uses a ring that it does not have
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(426, 3, 1, 0, 0, 0, 0)
print("after")
