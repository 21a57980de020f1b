# hostile: counts how often it ran by files it leaves
# policy: strict, project
# runs: 4
# expect: 0
# verdicts: OK

import os

count = 0
paths = [folder + "/count" for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), "/run", "..")]
for path in paths:
    try:
        with open(path) as file:
            count += int(file.read() or 0)
    except OSError:
        pass
for path in paths:
    try:
        with open(path, "w") as file:
            file.write("1")
    except OSError:
        pass
print(count)
