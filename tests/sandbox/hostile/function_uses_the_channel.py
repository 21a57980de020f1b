# hostile: finds what sends its result and sends what would break a reader
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA OLE

import gc
import sys


def f():
    bombs = ["[" * 100_000, "NaN", "-Infinity", "9" * 1_000_000, '{"a": 43, "a": 43}', "", "\0", "43 43", '"\\ud800"']
    things = [thing for thing in gc.get_objects() if hasattr(type(thing), "send")]
    frame = sys._getframe()
    while frame:
        things += frame.f_locals.values()
        frame = frame.f_back
    for thing in things:
        for bomb in bombs:
            for arguments in (("value", bomb), (bomb,)):
                try:
                    thing.send(*arguments)
                except BaseException:
                    pass
    return 42
