# hostile: opens, binds and listens
# policy: strict
# worked: none
# verdicts: OK

import json
import socket

stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
one, other = socket.socketpair()
attempts = {
    "tcp": lambda: socket.socket(socket.AF_INET, stream),
    "udp": lambda: socket.socket(socket.AF_INET, datagram),
    "six": lambda: socket.socket(socket.AF_INET6, stream),
    "unix": lambda: socket.socket(socket.AF_UNIX, stream),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "mptcp": lambda: socket.socket(socket.AF_INET, stream, 262),
    "server": lambda: socket.create_server(("127.0.0.1", 0)),
    "name of its own": lambda: one.bind("\0name"),
    "file of its own": lambda: other.bind("socket"),
    "pair of another family": lambda: socket.socketpair(socket.AF_INET, stream),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
