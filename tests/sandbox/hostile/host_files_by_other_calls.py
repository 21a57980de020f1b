# hostile: opens a file of the host by the less known ways of opening
# policy: strict, project
# machine: x86_64
# stdin: {secret}
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)
secret = input().encode()


def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "")


how = ctypes.create_string_buffer(24)
attempts = {
    "open": lambda: call(2, secret, 0, 0),
    "creat": lambda: call(85, secret, 0o666),
    "openat": lambda: call(257, -100, secret, 0, 0),
    "openat2": lambda: call(437, -100, secret, how, 24),
    "for everything": lambda: os.read(os.open(secret, os.O_RDONLY | getattr(os, "O_PATH", 0)), 1),
    "without a name": lambda: os.open(os.path.dirname(secret), os.O_TMPFILE | os.O_RDWR),
    "rename": lambda: call(316, -100, secret, -100, b"taken", 2),
    "swap": lambda: os.replace("main.py", secret),
    "program": lambda: os.execv(secret, [secret]),
    "link by descriptor": lambda: call(265, -100, secret, -100, b"hard", 0x400),
    "change folder and read": lambda: (os.chdir(os.path.dirname(secret)), open(b"secret").read()),
    "library": lambda: ctypes.CDLL(secret.decode()),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
