# hostile: moves a mount
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(429, -100, b'/', -100, b'/tmp', 0)
print("after")
