# hostile: ends with zero from a thread while the program fails
# policy: strict, project
# expect: 42
# verdicts: WA RE

import os
import threading

threading.Timer(0.05, os._exit, (0,)).start()
while True:
    1 + 1
