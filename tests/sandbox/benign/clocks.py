# benign: measures itself
# policy: strict, project
# expect: True True True
# verdicts: OK

import datetime
import time

start = time.perf_counter()
time.sleep(0.01)
print(time.perf_counter() > start, time.time() > 1.7e9, datetime.datetime.now().year > 2024)
