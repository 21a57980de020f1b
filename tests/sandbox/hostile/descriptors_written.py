# hostile: writes answers and rubbish to every descriptor there may be
# policy: strict, project
# verdicts: OK

import os

for descriptor in [0, *range(3, 4096)]:
    for data in (b'{"verdict": "OK", "stage": "LR", "status": 0}\n', b"\0\0\0\4\0\0\0\0null", b"R", b"x" * 60000):
        try:
            os.set_blocking(descriptor, False)
            os.write(descriptor, data)
            os.ftruncate(descriptor, 0)
        except OSError:
            pass
