# hostile: talks to the hardware
# policy: strict, project
# machine: x86_64
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.iopl(3)
print("after")
