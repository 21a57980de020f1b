# hostile: reads of /proc what shows the mounts and connections of the host
# policy: strict, project
# tiers: reduced
# worked: none
# verdicts: OK

import json
import os

paths = ("/proc/self/net/unix", "/proc/self/net/tcp", "/proc/self/mountinfo", "/proc/self/mounts", "/proc/mounts",
         "/proc/net/unix", "/proc/net/tcp", "/proc/thread-self/net/unix", "/proc/self/task/%d/mountinfo" % os.getpid(),
         "/proc/self/root/etc/passwd", "/proc/locks", "/proc/sysvipc/shm", "/proc/timer_list")
attempts = {path: lambda path=path: open(path).read(1) for path in paths}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
