# benign: starts processes and waits for them
# policy: project
# expect: [0, 1, 2]
# verdicts: OK

import os

codes = []
for number in range(3):
    child = os.fork()
    if child == 0:
        os._exit(number)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(codes)
