# hostile: makes a file in every folder of the system
# policy: strict, project
# worked: none
# verdicts: OK

import json

folders = (
    "/", "/bin", "/boot", "/dev", "/etc", "/etc/cron.d", "/home", "/lib", "/media", "/mnt", "/opt", "/proc",
    "/proc/self", "/root", "/run", "/run/user", "/sbin", "/srv", "/sys", "/sys/fs/cgroup", "/usr", "/usr/bin",
    "/usr/lib", "/usr/local/bin", "/usr/share", "/var", "/var/lib", "/var/log", "/var/spool/cron", "/var/tmp",
)
attempts = {folder: lambda folder=folder: open(folder + "/left", "w").close() for folder in folders}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
