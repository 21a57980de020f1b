# hostile: control bytes that are no UTF-8, and NUL
# policy: strict, project
# prints: "\udc9b31m\udc9d0;x\udc9c\u0000\udcff\udcfe\udcc0\udc80"
# verdicts: OK

import os

os.write(1, b"\x9b31m\x9d0;x\x9c\x00\xff\xfe\xc0\x80")
