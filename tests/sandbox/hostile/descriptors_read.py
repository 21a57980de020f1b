# hostile: reads from every descriptor there may be, and hands on what it finds
# policy: strict, project
# verdicts: OK

import os

for descriptor in range(3, 1024):
    try:
        os.set_blocking(descriptor, False)
        os.write(1, os.read(descriptor, 10_000))
    except OSError:
        pass
