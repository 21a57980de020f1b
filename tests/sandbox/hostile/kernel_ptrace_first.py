# hostile: attaches to the first process
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.ptrace(0x4206, 1, 0, 0)
print("after")
