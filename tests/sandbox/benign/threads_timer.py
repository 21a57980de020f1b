# benign: something a moment later
# policy: strict, project
# expect: now
# expect: later
# verdicts: OK

import threading

timer = threading.Timer(0.05, print, ("later",))
timer.start()
print("now")
timer.join()
