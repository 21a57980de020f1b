# hostile: reads what no test of a project needs either
# policy: strict, project
# worked: none
# verdicts: OK

import json
import os

paths = ("/etc/shadow", "/etc/gshadow", "/etc/ssh", "/etc/machine-id", "/var/log", "/var/spool", "/root", "/boot",
         "/run/user", "/run/docker.sock", "/var/lib/docker", "/sys/class/dmi/id/product_uuid", "/sys/kernel/debug")
attempts = {path: lambda path=path: os.listdir(path) if os.path.isdir(path) else open(path).read(1) for path in paths}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
