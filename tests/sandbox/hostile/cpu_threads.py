# hostile: four threads that work outside the interpreter's lock
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE

import hashlib
import threading


def burn():
    data = bytes(1 << 20)
    while True:
        hashlib.sha256(data)


for _ in range(4):
    threading.Thread(target=burn).start()
