# benign: output that is no text
# policy: strict
# prints: "P5 2 1 255\n\u0000\udcff"
# verdicts: OK

import sys

sys.stdout.buffer.write(b"P5 2 1 255\n\x00\xff")
