# hostile: flags, leases and watches on files of the host that it may only read
# policy: strict
# worked: none
# verdicts: OK

import fcntl
import json
import os
import struct
import sys

file = open(sys.executable, "rb")
folder = os.open(os.path.dirname(sys.executable), os.O_RDONLY)
attempts = {
    "flags": lambda: fcntl.ioctl(file, 0x80086601, bytes(8)),
    "set flags": lambda: fcntl.ioctl(file, 0x40086602, struct.pack("l", 0x80000)),
    "lease": lambda: fcntl.fcntl(file, 1024, fcntl.F_RDLCK),
    "watch": lambda: fcntl.fcntl(folder, 1026, 2),
    "owner of signals": lambda: fcntl.fcntl(file, 8, 1),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
