# hostile: calls that are refused without an end of the program
# policy: strict
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
here = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
calls = {
    "name_to_handle_at": ((303, 264), -100, b".", ctypes.create_string_buffer(128), ctypes.create_string_buffer(4), 0),
    "personality": ((135, 92), 0x0040000),
    "seccomp": ((317, 277), 0, 0, 0),
    "clone3": ((435, 435), ctypes.create_string_buffer(88), 88),
    "landlock of the future": ((600, 600), 0),
    "pidfd_open": ((434, 434), os.getppid(), 0),
    "inotify": ((294, 26), 0),
    "mq_open": ((240, 180), b"/queue", 0o102, 0o600, 0),
    "move_pages": ((279, 239), os.getppid(), 0, 0, 0, 0, 0),
    "sched_setattr": ((314, 274), 0, ctypes.create_string_buffer(b"\x30\0\0\0\1" + bytes(43)), 0),
    "rt_sigqueueinfo": ((129, 138), os.getppid(), 10, ctypes.create_string_buffer(128)),
    "tgkill": ((234, 131), os.getppid(), os.getppid(), 0),
    "adjtimex": ((159, 171), ctypes.create_string_buffer(208)),
}
worked = [name for name, (numbers, *rest) in calls.items() if libc.syscall(numbers[here], *rest) >= 0]
print(json.dumps(worked))
