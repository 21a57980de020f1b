# hostile: reads the memory of the process it was started by
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import os

libc = ctypes.CDLL(None)
print("before", flush=True)
libc.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)
print("after")
