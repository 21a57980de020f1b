# benign: standard input into a buffer of its own
# policy: strict
# stdin: 12345
# expect: 6 b'123'
# verdicts: OK

import sys

room = bytearray(64)
count = sys.stdin.buffer.readinto(room)
print(count, bytes(memoryview(room)[:3]))
