# hostile: watches what everyone opens
# policy: strict
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.fanotify_init(0, 0)
print("after")
