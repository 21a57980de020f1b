# hostile: leaves pipes, sockets, devices and folders under the names of results
# policy: strict, project
# verdicts: OK

import os
import socket
import stat


def bound():
    socket.socket(socket.AF_UNIX).bind("socket")


attempts = [
    lambda: os.mkfifo("main.py"),
    lambda: os.mkfifo("result"),
    lambda: os.mkdir("stdout"),
    lambda: os.mknod("null", 0o666 | stat.S_IFCHR, os.makedev(1, 3)),
    lambda: os.mknod("disk", 0o666 | stat.S_IFBLK, os.makedev(254, 0)),
    lambda: os.mknod("port", 0o666 | stat.S_IFSOCK),
    bound,
]
for attempt in attempts:
    try:
        attempt()
    except OSError:
        continue
