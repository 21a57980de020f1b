# hostile: has the memory of another process thrown away
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(440, 0, 0, 0, 21, 0)
print("after")
