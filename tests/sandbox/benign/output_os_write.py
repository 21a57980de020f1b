# benign: standard output by the system call
# policy: strict
# expect: right
# verdicts: OK

import os

os.write(1, b"right\n")
