# hostile: raises its own limits and lowers those of others
# policy: strict, project
# stdin: {pid} {supervisor}
# worked: none
# verdicts: OK

import json
import os
import resource

names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
wanted = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_MEMLOCK")


def raised(name):
    which = getattr(resource, name)
    before = resource.getrlimit(which)
    try:
        resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise OSError(str(error))
    if resource.getrlimit(which) == before:
        raise OSError("as it was")


attempts = {name: lambda name=name: raised(name) for name in wanted if name in names}
for pid in (os.getppid(), *map(int, input().split())):
    attempts["of %d" % pid] = lambda pid=pid: resource.prlimit(pid, resource.RLIMIT_CPU)
attempts["niceness"] = lambda: os.nice(-10)
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
