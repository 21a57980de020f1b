# hostile: takes a descriptor out of another process
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(438, 0, 1, 0)
print("after")
