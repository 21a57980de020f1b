# benign: a socket with a path in its own folder
# policy: project
# tiers: full
# expect: b'hello'
# verdicts: OK

import socket

with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
    server.bind("socket")
    server.listen()
    client.connect("socket")
    peer, _ = server.accept()
    peer.sendall(b"hello")
    print(client.recv(100))
    peer.close()
