# hostile: unmounts what hides the files below
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.umount2(b'/tmp', 2)
print("after")
