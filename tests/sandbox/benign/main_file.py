# benign: asks what it is called
# policy: strict, project
# expect: __main__ True True
# verdicts: OK

import os
import sys

print(__name__, os.path.basename(__file__).endswith(".py"), sys.argv[1:] == [])
