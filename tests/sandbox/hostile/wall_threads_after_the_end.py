# hostile: a thread that starts the next one when the program has ended
# policy: strict
# limits: cpu=1 wall=0.5
# verdicts: TLE MLE OK RE

import threading
import time


def again():
    time.sleep(0.01)
    threading.Thread(target=again).start()


again()
