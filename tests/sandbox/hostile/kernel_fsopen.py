# hostile: mounts by the newer calls
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(430, b'tmpfs', 0)
print("after")
