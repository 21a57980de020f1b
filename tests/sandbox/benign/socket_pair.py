# benign: two ends that talk to each other in one process, and waits for both
# policy: strict, project
# expect: b'abc' 1
# verdicts: OK

import select
import selectors
import socket

one, other = socket.socketpair()
one.sendall(b"abc")
with selectors.DefaultSelector() as selector:
    selector.register(other, selectors.EVENT_READ)
    ready = len(selector.select(1))
print(other.recv(10) if select.select([other], [], [], 1)[0] else None, ready)
