# hostile: asks to be debugged from a thread
# policy: strict, project
# prints: "before\n"
# verdicts: SV

import ctypes
import threading

libc = ctypes.CDLL(None)
print("before", flush=True)
thread = threading.Thread(target=libc.ptrace, args=(0, 0, 0, 0))
thread.start()
thread.join()
print("after")
