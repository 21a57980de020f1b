# hostile: changes what a mount allows
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.syscall(442, -100, b'/', 0, ctypes.create_string_buffer(32), 32)
print("after")
