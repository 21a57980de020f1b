# hostile: a file of one pebibyte with nothing in it
# policy: strict, project
# verdicts: RE OLE OK

import os

descriptor = os.open("large", os.O_CREAT | os.O_RDWR)
os.ftruncate(descriptor, 1 << 50)
