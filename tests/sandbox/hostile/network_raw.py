# hostile: raw sockets
# policy: strict, project
# worked: none
# verdicts: OK

import json
import socket

attempts = {
    "icmp": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 6),
    "all": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300),
    "six": lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
