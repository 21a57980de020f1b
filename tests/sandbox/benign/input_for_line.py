# benign: a loop over standard input
# policy: strict
# stdin: a
# stdin: b
# expect: ab
# verdicts: OK

import sys

print("".join(line.strip() for line in sys.stdin))
