# hostile: a value that ends the program whenever anyone looks at it
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA

import os


class Trap:
    def __getattribute__(self, name):
        os._exit(0)

    def __repr__(self):
        os._exit(0)


def f():
    return Trap()
