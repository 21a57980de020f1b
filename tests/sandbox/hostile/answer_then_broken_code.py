# hostile: the right answer and then bytecode that no compiler makes
# policy: strict
# expect: 42
# verdicts: RE TLE MLE

import types

print(42, flush=True)


def f():
    pass


f.__code__ = f.__code__.replace(co_code=b"\x64\xff" * 50 + b"\x53\x00", co_stacksize=1)
f()
raise SystemExit(1)
