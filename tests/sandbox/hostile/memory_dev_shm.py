# hostile: 4 GB in /dev/shm
# policy: strict, project
# verdicts: RE MLE OLE

import os

descriptor = os.open("/dev/shm/large", os.O_CREAT | os.O_RDWR)
for number in range(64):
    descriptor = os.open("/dev/shm/large%d" % number, os.O_CREAT | os.O_RDWR)
    for _ in range(60):
        os.write(descriptor, bytes(1 << 20))
