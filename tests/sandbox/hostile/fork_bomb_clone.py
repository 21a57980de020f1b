# hostile: forks by the system calls themselves, beside every library
# policy: strict
# machine: x86_64
# limits: cpu=0.25 wall=4
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None)
own, worked = os.getpid(), []
SIGCHLD, NEWUSER, NEWPID, VFORK = 17, 0x10000000, 0x20000000, 0x4000
tries = {
    "fork": (57,),
    "clone": (56, SIGCHLD, 0, 0, 0, 0),
    "clone with the memory of its parent": (56, SIGCHLD | VFORK, 0, 0, 0, 0),
    "clone into another user": (56, SIGCHLD | NEWUSER, 0, 0, 0, 0),
    "clone into other processes": (56, SIGCHLD | NEWPID, 0, 0, 0, 0),
    "clone3": (435, ctypes.create_string_buffer(b"\0" * 32 + b"\x11" + b"\0" * 55), 88),
}
for name, arguments in tries.items():
    made = libc.syscall(*arguments)
    if os.getpid() != own:
        os._exit(0)
    if made >= 0:
        worked.append(name)
print(json.dumps(worked))
