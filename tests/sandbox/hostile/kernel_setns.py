# hostile: goes over into the namespaces of another process
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.setns(0, 0)
print("after")
