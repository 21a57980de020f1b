# benign: asks how large the machine is
# policy: strict
# expect: True True
# verdicts: OK

import os

print(os.cpu_count() >= 1, "MemTotal" in open("/proc/meminfo").read())
