# benign: an iterator over all that is given
# policy: strict
# stdin: 3 1 2 3
# expect: 6
# verdicts: OK

import sys

numbers = map(int, sys.stdin.buffer.read().split())
print(sum(next(numbers) for _ in range(next(numbers))))
