# hostile: memory that belongs to no process
# policy: strict, project
# worked: none
# verdicts: OK

import ctypes
import json
import os

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


attempts = {
    "memfd": lambda: os.memfd_create("x"),
    "secret memfd": lambda: call("syscall", 447, 0),
    "shared memory": lambda: call("shmget", 0, 1 << 32, 0o1600),
    "messages": lambda: call("msgget", 0, 0o1600),
    "semaphores": lambda: call("semget", 0, 100, 0o1600),
    "queue": lambda: call("mq_open", b"/queue", 0o102, 0o600, None),
    "locked memory": lambda: call("mlockall", 3),
}
worked = []
for name, attempt in attempts.items():
    try:
        attempt()
    except OSError:
        continue
    worked.append(name)
print(json.dumps(worked))
