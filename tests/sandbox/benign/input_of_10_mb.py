# benign: reads ten megabytes
# policy: strict, project
# stdin: 123456789
# stdin-times: 1000000
# expect: 123456789000000
# verdicts: OK

import sys

print(sum(map(int, sys.stdin.buffer.read().split())))
