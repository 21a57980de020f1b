# benign: a server and a client in one network that holds nothing else
# policy: project
# tiers: full
# expect: b'hello'
# verdicts: OK

import socket
import threading

server = socket.create_server(("127.0.0.1", 0))


def answer():
    peer, _ = server.accept()
    with peer:
        peer.sendall(peer.recv(100))


threading.Thread(target=answer).start()
with socket.create_connection(server.getsockname(), 5) as client:
    client.sendall(b"hello")
    print(client.recv(100))
