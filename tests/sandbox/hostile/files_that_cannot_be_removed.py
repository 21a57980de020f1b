# hostile: flags that keep its files from being removed
# policy: strict, project
# worked: none
# verdicts: OK

import fcntl
import json
import os
import struct

file, folder = open("file", "w"), os.open(".", os.O_RDONLY)
IMMUTABLE, APPEND_ONLY = 0x10, 0x20


def flagged(descriptor, flags):
    fcntl.ioctl(descriptor, 0x40086602, struct.pack("l", flags))


attempts = {
    "immutable": lambda: flagged(file, IMMUTABLE),
    "append only": lambda: flagged(file, APPEND_ONLY),
    "immutable folder": lambda: flagged(folder, IMMUTABLE),
    "owner": lambda: os.chown("file", 0, 0),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
