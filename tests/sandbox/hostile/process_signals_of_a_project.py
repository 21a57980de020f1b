# hostile: signals the processes of the host by their numbers
# policy: project
# stdin: {pid} {supervisor}
# worked: none
# verdicts: OK

import json
import os
import signal

host, supervisor = map(int, input().split())
attempts = {
    "host": lambda: os.kill(host, 0),
    "supervisor": lambda: os.kill(supervisor, 0),
    "group of the host": lambda: os.killpg(host, 0),
    "priority of the host": lambda: os.setpriority(os.PRIO_PROCESS, host, 19),
    "processors of the supervisor": lambda: os.sched_setaffinity(supervisor, {0}),
    "descriptor of the supervisor": lambda: os.pidfd_open(supervisor),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
