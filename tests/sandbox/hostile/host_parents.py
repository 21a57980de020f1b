# hostile: looks into the process it was started by, and into the first one
# policy: strict, project
# worked: none
# verdicts: OK

import json
import os

attempts = {}
for pid in (os.getppid(), 1):
    for name in ("environ", "maps", "mem", "auxv", "io"):
        path = "/proc/%d/%s" % (pid, name)
        attempts["read " + path] = lambda path=path: open(path, "rb").read(1)
    for name in ("mem", "oom_score_adj", "clear_refs", "coredump_filter", "timerslack_ns"):
        path = "/proc/%d/%s" % (pid, name)
        attempts["write " + path] = lambda path=path: open(path, "r+b")
    attempts["descriptors of %d" % pid] = lambda pid=pid: os.listdir("/proc/%d/fd" % pid)
    attempts["a descriptor of %d" % pid] = lambda pid=pid: os.open("/proc/%d/fd/1" % pid, os.O_WRONLY)
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
