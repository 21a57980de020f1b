# hostile: fills the buffers of sockets, which are memory of the kernel that no process is charged for
# policy: strict, project
# limits: cpu=4 wall=15 memory=256
# expect: small
# verdicts: OK

import socket

pairs, sent = [], 0
for _ in range(100):
    pair = socket.socketpair()
    pairs.append(pair)
    for one in pair:
        one.setblocking(False)
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33):
            try:
                one.setsockopt(socket.SOL_SOCKET, option, 1 << 30)
            except OSError:
                pass
        try:
            while sent < 256 << 20:
                sent += one.send(bytes(1 << 16))
        except BlockingIOError:
            pass
print("small" if sent < 256 << 20 else "large")
