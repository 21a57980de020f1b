# hostile: changes the table of its segments
# policy: strict, project
# machine: x86_64
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(154, 0, 0, 0)
print("after")
