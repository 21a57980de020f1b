# benign: forty small children at once
# policy: project
# limits: cpu=20 wall=60 memory=256
# expect: 40
# verdicts: OK

import os
import time

children = []
for _ in range(40):
    child = os.fork()
    if child == 0:
        time.sleep(0.5)
        os._exit(0)
    children.append(child)
print(sum(os.waitpid(child, 0)[1] == 0 for child in children))
