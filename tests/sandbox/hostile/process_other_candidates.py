# hostile: looks for what another program that runs at the same time leaves
# policy: strict, project
# beside: process_beside
# limits: cpu=4 wall=20
# prints-none-of: left-by-another
# verdicts: OK

import os
import time

folders = (".", "..", "/tmp", "/var/tmp", "/dev/shm", "/run", "/proc")
for _ in range(10):
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            for path in (name, name + "/left", name + "/cmdline", name + "/environ", name + "/cwd/left"):
                try:
                    print(open(folder + "/" + path, errors="replace").read(1000))
                except OSError:
                    pass
    time.sleep(0.05)
