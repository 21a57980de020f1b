# benign: a thread that prints after the program itself has ended
# policy: strict, project
# expect: first
# expect: last
# verdicts: OK

import sys
import threading
import time


def later():
    time.sleep(0.1)
    sys.stdout.write("last\n")


threading.Thread(target=later).start()
print("first")
