# benign: standard input by the system call
# policy: strict
# stdin: 12345
# expect: 6
# verdicts: OK

import os

data = b""
while part := os.read(0, 4):
    data += part
print(len(data))
