# hostile: makes a network namespace
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.unshare(0x40000000)
print("after")
