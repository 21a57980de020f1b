# hostile: kills all it can, its parent and its group first
# policy: strict, project
# stdin: {pid}
# prints-none-of: reached
# verdicts: OK RE

import os
import signal

try:
    os.kill(int(input()), 0)
    print("reached the host")
    raise SystemExit  # it would be killed with all that belongs to the person
except OSError:
    pass
for target in (os.getppid(), 1, -1, 0):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
