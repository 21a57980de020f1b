# hostile: reaches for a file of the host by way of the processes of the host
# policy: strict, project
# stdin: {secret} {pid} {supervisor}
# worked: none
# verdicts: OK

import json
import os

secret, pid, supervisor = input().split()
processes = ("1", "self", str(os.getppid()), pid, supervisor)
attempts = {}
for process in processes:
    for root in ("root", "cwd", "task/%s/root" % process):
        path = "/proc/%s/%s/%s" % (process, root, secret)
        attempts[path] = lambda path=path: open(path).read()
        attempts[path + " for writing"] = lambda path=path: open(path, "a").close()
for descriptor in range(3, 64):
    path = "/proc/self/fd/%d/%s" % (descriptor, secret)
    attempts[path] = lambda path=path: open(path).read()
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
