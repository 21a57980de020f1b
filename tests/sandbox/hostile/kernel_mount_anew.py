# hostile: makes what is read-only writable
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.mount(0, b'/', 0, 0x1020, 0)
print("after")
