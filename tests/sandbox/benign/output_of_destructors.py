# benign: prints when its objects go
# policy: strict
# expect: body
# expect: gone
# verdicts: OK

import sys


class Prints:
    def __del__(self):
        sys.stdout.write("gone\n")


kept = Prints()
print("body")
del kept
