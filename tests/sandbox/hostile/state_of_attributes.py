# hostile: counts how often it ran by the attributes, modes and times of its folder
# policy: strict
# runs: 4
# verdicts: OK

import os

try:
    print(os.listxattr("."))
    os.setxattr(".", "user.count", b"1")
except OSError:
    print("no attributes")
print(oct(os.stat(".").st_mode), os.stat(".").st_nlink, os.stat(".").st_mtime < 1000)
for change in (lambda: os.chmod(".", 0o500), lambda: os.utime(".", (1, 1)), lambda: os.mkdir("left", 0)):
    try:
        change()
    except OSError:
        pass
