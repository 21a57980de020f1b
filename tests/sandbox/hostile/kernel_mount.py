# hostile: mounts a folder over another
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, 0)
print("after")
