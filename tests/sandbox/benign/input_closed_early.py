# benign: closes standard input before it has read all
# policy: strict
# stdin: 123456789
# stdin-times: 100000
# expect: 123456789
# verdicts: OK

import sys

print(input())
sys.stdin.close()
