# hostile: the right answer where nobody judges it
# policy: strict
# expect: 42
# verdicts: WA

import sys

print(42, file=sys.stderr)
