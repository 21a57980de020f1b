# hostile: keys that JSON has no form for, or another one
# policy: strict
# entry: f
# expect: {"true": 1, "null": 2}
# verdicts: RE WA OK


def f():
    return {True: 1, None: 2}
