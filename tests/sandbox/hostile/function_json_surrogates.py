# hostile: halves of characters, which no encoding can hold
# policy: strict
# entry: f
# expect: "x"
# verdicts: RE WA


def f():
    return "\ud800\udc00\udfff\x00\x1b]0;x\x07"
