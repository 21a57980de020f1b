# benign: reads its own source, or says that it cannot
# policy: strict
# expect: read
# verdicts: OK

import inspect


def f():
    return 1


try:
    inspect.getsource(f)
except OSError:
    pass
print("read")
