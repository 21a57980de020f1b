# hostile: returns a wrong value while a thread writes right ones to every descriptor
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA

import os
import threading


def write():
    while True:
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"43")
            except OSError:
                pass


def f():
    threading.Thread(target=write, daemon=True).start()
    return 42
