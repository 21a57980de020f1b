# hostile: starts sleeping threads without end
# policy: strict, project
# limits: cpu=0.25 wall=4
# verdicts: TLE RE MLE

import threading
import time

while True:
    try:
        threading.Thread(target=time.sleep, args=(600,)).start()
    except RuntimeError:
        pass
