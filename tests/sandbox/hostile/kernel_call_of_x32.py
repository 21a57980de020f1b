# hostile: asks for its number by the table of another architecture, which a filter may forget
# policy: strict, project
# machine: x86_64
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(0x40000000 + 39)
print("after")
