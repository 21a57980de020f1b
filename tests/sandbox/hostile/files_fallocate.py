# hostile: reserves 10 GB for one file
# policy: strict, project
# verdicts: RE OLE

import os

descriptor = os.open("large", os.O_CREAT | os.O_RDWR)
os.posix_fallocate(descriptor, 0, 10 << 30)
