# hostile: sets the clock of the system
# policy: strict, project
# worked: none
# verdicts: OK

import ctypes
import json
import time

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


attempts = {
    "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, 0),
    "time of day": lambda: call("settimeofday", ctypes.create_string_buffer(16), None),
    "host name": lambda: call("sethostname", b"x", 1),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
