# hostile: calls its own folder the root
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.chroot(b'.')
print("after")
