# hostile: starts another process or program by every way Python has
# policy: strict
# worked: none
# verdicts: OK

import json
import os
import subprocess
import sys


def left(pid):
    if pid == 0:
        os._exit(0)


def system():
    if os.system("true"):
        raise OSError("refused")


attempts = {
    "fork": lambda: left(os.fork()),
    "fork with a terminal": lambda: left(os.forkpty()[0]),
    "another program": lambda: os.execv(sys.executable, [sys.executable, "-c", "print('[\"exec\"]')"]),
    "another shell": lambda: os.execv("/bin/sh", ["sh", "-c", "echo '[\"exec\"]'"]),
    "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "subprocess": lambda: subprocess.run(["/bin/true"]),
    "open": lambda: os.popen("true"),
    "system": system,
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
