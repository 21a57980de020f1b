# hostile: reads, changes and removes a file of the host that its modes leave open to everyone
# policy: strict, project
# stdin: {secret}
# worked: none
# verdicts: OK

import json
import os

secret = input()
folder = os.path.dirname(secret)
os.symlink(secret, "link")
attempts = {
    "read": lambda: open(secret).read(),
    "read by a descriptor": lambda: os.read(os.open(secret, os.O_RDONLY), 10),
    "list": lambda: os.listdir(folder),
    "append": lambda: open(secret, "a").close(),
    "truncate": lambda: os.truncate(secret, 0),
    "truncate for reading": lambda: os.open(secret, os.O_RDONLY | os.O_TRUNC),
    "create": lambda: open(folder + "/new", "w").close(),
    "create a pipe": lambda: os.mkfifo(folder + "/fifo"),
    "remove": lambda: os.unlink(secret),
    "rename": lambda: os.rename(secret, secret + "2"),
    "take": lambda: os.rename(secret, "mine"),
    "mode": lambda: os.chmod(secret, 0),
    "mode of the folder": lambda: os.chmod(folder, 0),
    "times": lambda: os.utime(secret),
    "attribute": lambda: os.setxattr(secret, "user.x", b"x"),
    "hard link": lambda: os.link(secret, "hard"),
    "through a link": lambda: open("link").read(),
    "upwards": lambda: open(".." + "/.." * 20 + secret).read(),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
