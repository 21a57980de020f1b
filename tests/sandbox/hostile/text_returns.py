# hostile: lines that overwrite each other, and no last one
# policy: strict
# prints: "right\rwrong\b\b\b\b\b\u000b\f\u0085\u2028\u2029\r\n\r"
# verdicts: OK

import sys

sys.stdout.buffer.write("right\rwrong\b\b\b\b\b\x0b\x0c\x85\u2028\u2029\r\n\r".encode())
