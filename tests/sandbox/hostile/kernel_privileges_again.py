# hostile: takes back that programs it starts gain nothing
# policy: strict, project
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)


def call(option, *arguments):
    if libc.prctl(option, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")


attempts = {
    "new privileges": lambda: call(38, 0, 0, 0, 0),
    "no filter": lambda: call(22, 0, 0, 0, 0),
    "bounding set": lambda: call(24, 21, 0, 0, 0),
    "ambient": lambda: call(47, 2, 21, 0, 0),
    "secure bits": lambda: call(28, 0x2F, 0, 0, 0),
    "map of memory": lambda: call(35, 1, 4096, 0, 0),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
