# benign: children that share the memory of their parent, which is not taken again for each
# policy: project
# limits: cpu=20 wall=60 memory=256
# expect: 8
# verdicts: OK

import os
import time

block = b"x" * (100 << 20)
children = []
for _ in range(8):
    child = os.fork()
    if child == 0:
        time.sleep(0.5)
        os._exit(block[-1] != 120)
    children.append(child)
print(sum(os.waitpid(child, 0)[1] == 0 for child in children))
