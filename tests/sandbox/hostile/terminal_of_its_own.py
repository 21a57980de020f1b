# hostile: opens terminals until there are no more, and types into them
# policy: strict, project
# limits: cpu=2 wall=8
# verdicts: OK RE

import fcntl
import os
import termios

for _ in range(300):
    try:
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSTI, b"x")
    except OSError:
        pass
