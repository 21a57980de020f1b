# hostile: the right answer between bytes that a lenient reader would drop
# policy: strict
# expect: 42
# verdicts: WA

import sys

sys.stdout.buffer.write(b"\xff4\x002\xef\xbb\xbf\n")
