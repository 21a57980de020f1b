# hostile: asks to be debugged
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.ptrace(0, 0, 0, 0)
print("after")
