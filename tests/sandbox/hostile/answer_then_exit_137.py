# hostile: the right answer and then the code of a killed program
# policy: strict, project
# expect: 42
# verdicts: RE

import sys

print(42)
sys.exit(137)
