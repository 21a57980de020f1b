# hostile: types commands into the terminal it was started from
# policy: strict, project
# worked: none
# verdicts: OK

import fcntl
import json
import os
import termios

paths = ("/dev/tty", "/dev/console", "/dev/tty0", "/dev/tty1", "/dev/pts/0", "/dev/pts/1", "/dev/vcs", "/dev/ttyS0")
attempts = {path: lambda path=path: os.open(path, os.O_RDWR | os.O_NOCTTY) for path in paths}
for descriptor in range(0, 64):
    attempts["typed %d" % descriptor] = lambda d=descriptor: fcntl.ioctl(d, termios.TIOCSTI, b"x")
    attempts["selected %d" % descriptor] = lambda d=descriptor: fcntl.ioctl(d, 0x541C, b"\x02")
    attempts["console %d" % descriptor] = lambda d=descriptor: fcntl.ioctl(d, 0x541D, 0)
    attempts["taken %d" % descriptor] = lambda d=descriptor: fcntl.ioctl(d, termios.TIOCSCTTY, 1)
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
