# hostile: connects to sockets of the host that have a name and no path
# policy: strict, project
# stdin: {abstract}
# worked: none
# verdicts: OK

import json
import socket

names = ["\0" + input(), "\0/tmp/.X11-unix/X0", "\0/tmp/dbus-x", "\0com.ubuntu.upstart"]


def connected(name):
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(name)


attempts = {name[1:]: lambda name=name: connected(name) for name in names}
attempts["letter"] = lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", names[0])
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
