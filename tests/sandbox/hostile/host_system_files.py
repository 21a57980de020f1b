# hostile: reads what tells who and where it is
# policy: strict
# worked: none
# verdicts: OK

import json
import os

paths = ("/etc/passwd", "/etc/group", "/etc/shadow", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/machine-id",
         "/etc/fstab", "/etc/ssh", "/etc/environment", "/var/log", "/var/lib/dpkg", "/run", "/boot", "/opt", "/srv",
         "/usr/src", "/usr/include", "/usr/local/etc", "/usr/local/src", "/lost+found", "/sys", "/sys/class/net",
         "/proc/cmdline", "/proc/keys", "/proc/net/arp", "/proc/1/cmdline", "/proc/kallsyms")
attempts = {path: lambda path=path: os.listdir(path) if os.path.isdir(path) else open(path).read(1) for path in paths}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
