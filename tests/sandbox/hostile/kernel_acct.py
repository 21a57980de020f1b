# hostile: has the kernel write down every process
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.acct(b'log')
print("after")
