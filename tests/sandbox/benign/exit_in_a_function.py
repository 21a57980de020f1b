# benign: ends in the middle of a function
# policy: strict, project
# expect: a
# verdicts: OK

import sys


def main():
    print("a")
    sys.exit()
    print("b")


main()
