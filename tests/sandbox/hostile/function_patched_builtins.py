# hostile: replaces the built-in functions and returns a wrong value
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA

import builtins


def f():
    builtins.len = lambda _: 0
    builtins.isinstance = builtins.hasattr = builtins.callable = lambda *_: True
    builtins.str = builtins.repr = builtins.format = lambda *_: "43"
    builtins.memoryview = builtins.bytes = lambda *_: b"43"
    builtins.type = lambda *_: int
    return 42
