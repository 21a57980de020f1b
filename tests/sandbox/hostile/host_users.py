# hostile: becomes someone else by calls and by programs that may
# policy: strict, project
# limits: cpu=4 wall=30
# worked: none
# verdicts: OK

import ctypes
import json
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)


def printed_root(*command):
    quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        printed = subprocess.run(command, timeout=1, **quiet).stdout
    except subprocess.TimeoutExpired:
        raise OSError("no answer")
    if b"uid=0" not in printed:
        raise OSError("as before")


def capable():
    header, data = (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)(*[0xFFFFFFFF] * 6)
    if libc.capset(header, data) < 0:
        raise OSError(ctypes.get_errno(), "capset")


attempts = {
    "user": lambda: os.setuid(0),
    "group": lambda: os.setgid(0),
    "groups": lambda: os.setgroups([0]),
    "all three": lambda: os.setresuid(0, 0, 0),
    "capabilities": capable,
    "sudo": lambda: printed_root("sudo", "-n", "id"),
    "su": lambda: printed_root("su", "-c", "id"),
    "pkexec": lambda: printed_root("pkexec", "id"),
    "newgrp": lambda: printed_root("sg", "root", "id"),
    "unshare": lambda: printed_root("unshare", "--user", "--map-root-user", "id"),
    "bubblewrap": lambda: printed_root("bwrap", "--unshare-user", "--uid", "0", "--ro-bind", "/", "/", "id"),
}
if os.getuid() == 0:
    attempts["it was root from the start"] = lambda: None
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
