# hostile: opens sockets of every family that has had holes
# policy: strict, project
# worked: none
# verdicts: OK

import json
import socket

families = {"packet": 17, "alg": 38, "vsock": 40, "bluetooth": 31, "can": 29, "xdp": 44, "nfc": 39, "tipc": 30, "rds": 21,
            "phonet": 35, "caif": 37, "ax25": 3, "ipx": 4, "x25": 9, "rose": 11, "key": 15, "ppp": 24, "smc": 43, "qipcrtr": 42}
attempts = {}
for name, family in families.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        attempts["%s %d" % (name, kind)] = lambda f=family, k=kind: socket.socket(f, k).close()
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
