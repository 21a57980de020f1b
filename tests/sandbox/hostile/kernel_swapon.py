# hostile: uses a file of its own as memory
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.swapon(b'swap', 0)
print("after")
