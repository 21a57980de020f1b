# hostile: copies a tree of mounts
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(428, -100, b'/', 1)
print("after")
