# hostile: sends the host and the world what it does not answer
# policy: strict, project
# stdin: {udp}
# verdicts: OK

import socket

port = int(input())
for family, address in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "1.1.1.1"), (socket.AF_INET, "255.255.255.255"),
                        (socket.AF_INET, "224.0.0.1"), (socket.AF_INET6, "::1")]:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as one:
            one.sendto(b"stolen", (address, port))
    except OSError:
        pass
