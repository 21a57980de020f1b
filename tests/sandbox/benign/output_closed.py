# benign: closes its output when it is done
# policy: strict
# expect: right
# verdicts: OK

import sys

print("right")
sys.stdout.close()
