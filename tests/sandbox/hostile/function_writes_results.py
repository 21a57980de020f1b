# hostile: writes results in every form to every descriptor there may be, and ends
# policy: strict
# entry: f
# expect: 43
# verdicts: RE WA

import os


def f():
    for descriptor in range(3, 1024):
        for text in (b"43", b"value 43", b"x" * 32 + b" value 43", b'{"value": 43}\n', b"\0\0\0\x0243", b" value 43"):
            try:
                os.write(descriptor, text)
            except OSError:
                pass
    os._exit(0)
