# hostile: connects to the host and to the world
# policy: strict, project
# stdin: {tcp} {tcp6}
# worked: none
# verdicts: OK

import json
import socket

port, port6 = map(int, input().split())
targets = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET, ("0.0.0.0", port)), (socket.AF_INET, ("1.1.1.1", 53)),
           (socket.AF_INET, ("169.254.169.254", 80)), (socket.AF_INET6, ("::1", port6)),
           (socket.AF_INET6, ("::ffff:127.0.0.1", port)), (socket.AF_INET6, ("2606:4700:4700::1111", 53))]


def connected(family, address):
    with socket.socket(family) as one:
        one.settimeout(0.5)
        one.connect(address)


attempts = {str(address): lambda f=family, a=address: connected(f, a) for family, address in targets}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
