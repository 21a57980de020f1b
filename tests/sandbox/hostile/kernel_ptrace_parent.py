# hostile: attaches to the process it was started by as a debugger
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.ptrace(16, os.getppid(), 0, 0)
print("after")
