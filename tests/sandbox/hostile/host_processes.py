# hostile: looks into the processes of the host
# policy: strict, project
# stdin: {pid} {supervisor}
# worked: none
# verdicts: OK

import json
import os

attempts = {}
for pid in input().split():
    for name in ("environ", "cmdline", "maps", "mem", "stat", "status", "io", "auxv", "cgroup"):
        path = "/proc/%s/%s" % (pid, name)
        attempts[path] = lambda path=path: open(path, "rb").read(1)
    attempts["descriptors of " + pid] = lambda pid=pid: os.listdir("/proc/%s/fd" % pid)
    attempts["folder of " + pid] = lambda pid=pid: os.readlink("/proc/%s/cwd" % pid)
    attempts["memory of " + pid] = lambda pid=pid: open("/proc/%s/mem" % pid, "r+b")
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
