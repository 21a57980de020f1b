# hostile: threads that each reserve a gigabyte
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE RE MLE

import threading
import time

threading.stack_size(1 << 30)
for _ in range(1000):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
