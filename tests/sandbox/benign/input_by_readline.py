# benign: input that is replaced by the faster readline
# policy: strict, project
# stdin: 2
# stdin: 10 20
# stdin: 30 40
# expect: 100
# verdicts: OK

import sys

input = sys.stdin.readline
print(sum(sum(map(int, input().split())) for _ in range(int(input()))))
