# hostile: calls that runtimes try before they do without, which are refused without an end of the program
# policy: project
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
here = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
calls = {
    "io_uring_setup": ((425, 425), 8, ctypes.create_string_buffer(120)),
    "fanotify_init": ((300, 262), 0, 0),
    "fanotify_init for reports": ((300, 262), 0x200, 0),
    "memfd_secret": ((447, 447), 0),
    "landlock of the future": ((600, 600), 0),
}
worked = [name for name, (numbers, *rest) in calls.items() if libc.syscall(numbers[here], *rest) >= 0]
print(json.dumps(worked))
