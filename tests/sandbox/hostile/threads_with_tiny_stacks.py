# hostile: threads without end whose stacks take next to nothing
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE RE MLE

import threading
import time

threading.stack_size(32768)
while True:
    try:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    except RuntimeError:
        pass
