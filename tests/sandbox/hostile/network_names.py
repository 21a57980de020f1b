# hostile: asks for addresses by name
# policy: strict, project
# limits: cpu=2 wall=25
# worked: none
# verdicts: OK

import json
import socket
import urllib.request

attempts = {
    "address": lambda: socket.getaddrinfo("example.com", 80),
    "secret as a name": lambda: socket.gethostbyname("secret.example.com"),
    "name": lambda: socket.gethostbyaddr("1.1.1.1"),
    "page": lambda: urllib.request.urlopen("http://93.184.216.34/", timeout=0.5),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
