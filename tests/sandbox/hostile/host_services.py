# hostile: asks services of the person to run something outside
# policy: strict, project
# limits: cpu=8 wall=30
# worked: none
# verdicts: OK

import json
import os
import subprocess

environment = {**os.environ, "XDG_RUNTIME_DIR": "/run/user/1000", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus"}


def done(*command):
    quiet = dict(stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        code = subprocess.run(command, timeout=3, env=environment, **quiet).returncode
    except subprocess.TimeoutExpired:
        raise OSError("no answer")
    if code:
        raise OSError("refused")


attempts = {
    "systemd": lambda: done("systemd-run", "--user", "true"),
    "systemd of all": lambda: done("systemd-run", "true"),
    "at": lambda: done("at", "now", "-f", "/dev/null"),
    "cron": lambda: done("crontab", "-l"),
    "bus": lambda: done("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames"),
    "containers": lambda: done("docker", "ps"),
    "keys": lambda: done("ssh-add", "-l"),
    "terminals": lambda: done("tmux", "ls"),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
