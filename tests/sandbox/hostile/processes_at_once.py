# hostile: starts sleepers until there is no room for another and leaves them all behind
# policy: project
# limits: cpu=4 wall=15 memory=2048
# verdicts: OK
# verdicts reduced: OK RE
# expect: True
# gone-within: 1

import os
import time

count = 1
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(600)
        count += 1
except OSError:
    pass
print(count <= 64)
