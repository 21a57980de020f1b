# hostile: large files that have no name any more but are still open
# policy: strict
# limits: cpu=4 wall=15 memory=512
# verdicts: RE MLE OLE

import os
import time

files = []
for number in range(8):
    file = open("large", "wb+")
    os.unlink("large")
    for _ in range(40):
        file.write(b"x" * (1 << 20))
    file.flush()
    files.append(file)
time.sleep(60)
