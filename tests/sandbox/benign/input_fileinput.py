# benign: standard input by fileinput
# policy: strict
# stdin: a
# stdin: b
# expect: 1 a
# expect: 2 b
# verdicts: OK

import fileinput

for line in fileinput.input():
    print(fileinput.lineno(), line.strip())
