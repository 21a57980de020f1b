# hostile: opens descriptors until there are no more
# policy: strict, project
# verdicts: RE

import os

kept = []
while True:
    kept.append(os.open("/dev/null", os.O_RDONLY))
