# hostile: prints every environment and command line it can find
# policy: strict, project
# prints-none-of: OPENAI
# verdicts: OK

import os

print(dict(os.environ))
try:
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
except OSError:
    pids = []
for pid in {*pids, "self", "1", str(os.getppid())}:
    for name in ("environ", "cmdline", "maps", "status", "mountinfo", "cgroup"):
        try:
            print(open("/proc/%s/%s" % (pid, name), errors="replace").read(10_000))
        except OSError:
            pass
