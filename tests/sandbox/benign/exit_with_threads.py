# benign: ends while threads for the background still run
# policy: strict, project
# expect: a
# verdicts: OK

import sys
import threading
import time

threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
print("a")
sys.exit(0)
