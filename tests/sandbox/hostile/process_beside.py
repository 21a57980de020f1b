# hostile: leaves its own files open to everyone while another program runs
# policy: strict, project
# verdicts: OK

import os
import time

word = "-".join(("left", "by", "another"))
for folder in (".", "/dev/shm"):
    try:
        os.chmod(folder, 0o777)
    except OSError:
        pass
    try:
        with open(folder + "/left", "w") as file:
            file.write(word)
    except OSError:
        pass
time.sleep(0.5)
