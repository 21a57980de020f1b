# hostile: fills pipes that were made as large as the kernel lets them
# policy: strict, project
# expect: small
# verdicts: OK

import fcntl
import os

written = 0
try:
    while True:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        try:
            fcntl.fcntl(writing, 1031, 1 << 20)
        except OSError:
            pass
        try:
            while True:
                written += os.write(writing, bytes(1 << 16))
        except BlockingIOError:
            pass
except OSError:
    print("small" if written < 256 << 20 else "large")
