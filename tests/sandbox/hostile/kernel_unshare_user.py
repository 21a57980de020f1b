# hostile: makes a user namespace, in which it may do everything
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.unshare(0x10000000)
print("after")
