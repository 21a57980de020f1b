# hostile: writes the settings of the kernel, its own as well
# policy: strict, project
# worked: none
# verdicts: OK

import json
import os

paths = ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/drop_caches", "/proc/sys/fs/file-max",
         "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/1/oom_score_adj", "/proc/acpi", "/proc/mtrr", "/proc/bus/pci",
         "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs", "/sys/kernel/uevent_helper", "/sys/power/state")


def written(path, text):
    with open(path, "w") as file:
        file.write(text)


attempts = {path: lambda path=path: os.open(path, os.O_WRONLY) for path in paths}
attempts["map of users"] = lambda: written("/proc/self/uid_map", "0 0 4294967295")
attempts["map of groups"] = lambda: written("/proc/self/gid_map", "0 0 4294967295")
attempts["worth more than others"] = lambda: written("/proc/self/oom_score_adj", "-1000")
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
